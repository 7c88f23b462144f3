import type { TransactionSql } from 'postgres';
import { type Range, splitAtHours } from '#core/time-windows.ts';

/**
 * Distinct customers of any event in the range, or of the order that an event belongs to. Whole hours are read from
 * active_users; what the range cuts off an hour at either end, from the events themselves.
 */
export async function countActiveCustomers(tx: TransactionSql, range: Range): Promise<number> {
  const { before, hours, after } = splitAtHours(range);
  // Of whole hours nothing is cut off, and the block index would read some thousand rows to say so
  const cutOff = [before, after].filter(({ from, to }) => !from.equals(to));
  const events = cutOff.map(
    ({ from, to }) => tx`
      select customer_id, order_id
      from analytics_events
      where occurred_at >= ${String(from)}::text::timestamptz and occurred_at < ${String(to)}::text::timestamptz
      union all`,
  );
  const [{ customers }] = await tx<[{ customers: number }]>`
    with events as (
      ${events[0] ?? tx``}
      ${events[1] ?? tx``}
      select case when kind = 'customer' then id end as customer_id, case when kind = 'order' then id end as order_id
      from active_users
      where hour >= ${String(hours.from)}::text::timestamptz and hour < ${String(hours.to)}::text::timestamptz
        and kind in ('customer', 'order')
    )
    select count(*)::float8 as customers
    from (
      select customer_id from events where customer_id is not null
      union
      select orders.customer_id from events join orders using (order_id) where orders.customer_id is not null
    ) as customer`;
  return customers;
}
