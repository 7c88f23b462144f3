import type { TransactionSql } from 'postgres';
import { Temporal } from 'temporal-polyfill';
import { monthOf } from '#core/month-of.ts';
import { jsonRows } from './json-rows.ts';
import type { Window } from './refresh-sales.ts';

/** Takes the months of the business days out, so that their days are read, until they are summed again. */
export async function markProductMonths(tx: TransactionSql, days: readonly Window[], zone: string): Promise<void> {
  const months = new Map(
    days.map(({ start }) => {
      const { from, to } = monthOf(Temporal.Instant.from(start), zone);
      return [String(from), { start: String(from), end: String(to) }];
    }),
  );
  const text = jsonRows([...months.values()]);
  // Also where it was said to begin by other rules of the zone, as the database's may be: two of a month would count it twice
  const isOfMonth = (begin: 'month' | 'bucket') => tx`
    time_zone = ${zone} and ${tx(begin)} > stale.start - interval '1 day' and ${tx(begin)} < stale."end" - interval '1 day'`;
  await tx`
    delete from dirty_months
    using json_to_recordset(${text}::text::json) as stale (start timestamptz, "end" timestamptz)
    where ${isOfMonth('month')} and month <> stale.start`;
  await tx`
    insert into dirty_months (time_zone, month, until)
    select ${zone}, start, "end"
    from json_to_recordset(${text}::text::json) as stale (start timestamptz, "end" timestamptz)
    on conflict (time_zone, month) do nothing`;
  await tx`
    delete from product_months
    using json_to_recordset(${text}::text::json) as stale (start timestamptz, "end" timestamptz)
    where ${isOfMonth('bucket')}`;
}

/** Sums the days of each month that was taken out and is over. */
export async function refreshProductMonths(tx: TransactionSql, zone: string, now: Date): Promise<void> {
  await tx`
    with over as (
      delete from dirty_months
      where time_zone = ${zone} and until <= ${now}
      returning month, until
    )
    insert into product_months (
      time_zone, bucket, product_id, channel, currency, views, carts, views_to_cart, carts_to_order, views_to_order,
      orders, units, gross, returned_units
    )
    select
      ${zone}, month, product_id, channel, currency, sum(views), sum(carts), sum(views_to_cart), sum(carts_to_order),
      sum(views_to_order), sum(orders), sum(units), sum(gross), sum(returned_units)
    from over
    join product_performance p on p.time_zone = ${zone} and p.bucket >= month and p.bucket < until
    group by month, product_id, channel, currency`;
}
