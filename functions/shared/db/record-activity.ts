import type { TransactionSql } from 'postgres';
import type { EventRow } from '#core/rows.ts';
import { jsonRows } from './json-rows.ts';

/** In which hours customers, sessions and orders had any event, and through which channel customers and orders had it. Those hours are dirty. */
export async function recordActivity(tx: TransactionSql, rows: readonly EventRow[]): Promise<void> {
  const active = jsonRows(
    rows.map(({ occurred_at, customer_id, session_id, order_id, channel }) => ({
      ...{ occurred_at, customer_id, session_id, order_id, channel },
    })),
  );
  await tx`
    with event as materialized (
      select hour_of(occurred_at) as hour, customer_id, session_id, order_id
      from json_to_recordset(${active}::text::json)
        as event (occurred_at timestamptz, customer_id text, session_id text, order_id text)
    ), marked as (
      insert into dirty_windows (hour) select distinct hour from event
    )
    insert into active_users (hour, kind, id)
    select distinct hour, kind, id
    from event
    cross join lateral (values ('customer', customer_id), ('session', session_id), ('order', order_id)) as active (kind, id)
    where id is not null
    order by 1, 2, 3
    on conflict do nothing`;
  await tx`
    insert into active_channels (hour, channel, customer_id, order_id)
    select distinct hour_of(occurred_at), channel, customer_id, order_id
    from json_to_recordset(${active}::text::json)
      as event (occurred_at timestamptz, customer_id text, order_id text, channel text)
    where customer_id is not null or order_id is not null
    order by 1, 2, 3, 4
    on conflict do nothing`;
}
