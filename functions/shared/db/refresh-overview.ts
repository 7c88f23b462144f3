import type { TransactionSql } from 'postgres';
import { Temporal } from 'temporal-polyfill';
import { isStartOfHour } from '#core/time-windows.ts';
import { jsonRows } from './json-rows.ts';
import type { Window } from './refresh-sales.ts';

/** Recomputes the business days of `zone` whole: sessions that began in them, and how recent their customers were. */
export async function refreshOverview(tx: TransactionSql, days: readonly Window[], zone: string): Promise<void> {
  await refreshSessions(tx, days, zone);
  await refreshCustomerRecency(tx, await refreshCustomerDays(tx, days, zone), zone);
}

async function refreshSessions(tx: TransactionSql, days: readonly Window[], zone: string): Promise<void> {
  const text = jsonRows(days);
  await tx`
    delete from dashboard_overview
    using json_to_recordset(${text}::text::json) as stale (start timestamptz)
    where time_zone = ${zone} and bucket = stale.start`;
  await tx`
    insert into dashboard_overview (time_zone, bucket, channel, sessions, converted)
    select
      ${zone}, stale.start, coalesce(s.channel, 'unknown'), count(*),
      count(*) filter (where exists (select from orders o where o.session_id = s.session_id and o.created_at is not null))
    from json_to_recordset(${text}::text::json) as stale (start timestamptz, "end" timestamptz)
    join sessions s on s.started_at >= stale.start and s.started_at < stale."end"
    group by stale.start, coalesce(s.channel, 'unknown')`;
}

/**
 * Brings the customers of the days up to date. Activity is known by hours of UTC, so a day that begins or ends amid one (zones
 * half an hour off) gets buyers only.
 * @returns starts of the days whose recency changed: these, and the next one of every customer who came to one or left it
 */
async function refreshCustomerDays(tx: TransactionSql, days: readonly Window[], zone: string): Promise<string[]> {
  const text = jsonRows(
    days.map(({ start, end }) => ({
      ...{ start, end },
      hourly: [start, end].every((edge) => isStartOfHour(Temporal.Instant.from(edge))),
    })),
  );
  const rows = await tx<{ bucket: Date }[]>`
    with stale as materialized (
      select * from json_to_recordset(${text}::text::json) as day (start timestamptz, "end" timestamptz, hourly boolean)
    ),
    current as materialized (
      select start as bucket, 'active' as kind, a.id as customer_id
      from stale join active_users a on a.hour >= start and a.hour < "end"
      where hourly and a.kind = 'customer'
      union
      -- offset 0 keeps the lookup one by one: the planner expects a hundred days and would read all orders (220 ms a day, not 13)
      select start, 'active', o.customer_id
      from stale join active_users a on a.hour >= start and a.hour < "end"
      cross join lateral (select customer_id from orders where order_id = a.id offset 0) as o
      where hourly and a.kind = 'order' and o.customer_id is not null
      union
      select start, 'buyer', o.customer_id
      from stale join orders o on o.created_at >= start and o.created_at < "end"
      where o.customer_id is not null
    ),
    left_day as (
      delete from customer_days d
      where d.time_zone = ${zone} and d.bucket = any(${days.map(({ start }) => start)}::text[]::timestamptz[])
        and not exists (select from current c where c.bucket = d.bucket and c.kind = d.kind and c.customer_id = d.customer_id)
      returning d.bucket, d.kind, d.customer_id
    ),
    came as (
      insert into customer_days (time_zone, bucket, kind, customer_id)
      select ${zone}, bucket, kind, customer_id from current
      on conflict do nothing
      returning bucket, kind, customer_id
    )
    select start as bucket from stale
    union
    -- as it was before this statement; who is taken off that day as well is among those who left
    select next.bucket
    from (select * from left_day union all select * from came) as changed
    cross join lateral (
      select d.bucket from customer_days d
      where d.time_zone = ${zone} and d.kind = changed.kind and d.customer_id = changed.customer_id and d.bucket > changed.bucket
      order by d.bucket limit 1
    ) as next`;
  return rows.map(({ bucket }) => bucket.toISOString());
}

async function refreshCustomerRecency(tx: TransactionSql, buckets: readonly string[], zone: string): Promise<void> {
  await tx`
    delete from customer_recency
    where time_zone = ${zone} and bucket = any(${buckets}::text[]::timestamptz[])`;
  await tx`
    insert into customer_recency (time_zone, bucket, kind, previous, customers)
    select ${zone}, d.bucket, d.kind, before.bucket, count(*)
    from customer_days d
    left join lateral (
      select p.bucket from customer_days p
      where p.time_zone = ${zone} and p.kind = d.kind and p.customer_id = d.customer_id and p.bucket < d.bucket
      order by p.bucket desc limit 1
    ) as before on true
    where d.time_zone = ${zone} and d.bucket = any(${buckets}::text[]::timestamptz[])
    group by d.bucket, d.kind, before.bucket`;
}
