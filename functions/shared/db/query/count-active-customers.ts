import type { TransactionSql } from 'postgres';
import { type Range, splitAtHours } from '#core/time-windows.ts';

/**
 * Distinct customers of any event in the range, or of the order that an event belongs to. Whole hours are read from
 * active_users; what the range cuts off an hour at either end, from the events themselves.
 */
export async function countActiveCustomers(tx: TransactionSql, range: Range): Promise<number> {
  const { before, hours, after } = splitAtHours(range);
  const [{ customers }] = await tx<[{ customers: number }]>`
    with events as (
      select customer_id, order_id
      from analytics_events
      where occurred_at >= ${String(before.from)}::text::timestamptz and occurred_at < ${String(before.to)}::text::timestamptz
      union all
      select customer_id, order_id
      from analytics_events
      where occurred_at >= ${String(after.from)}::text::timestamptz and occurred_at < ${String(after.to)}::text::timestamptz
      union all
      select case when kind = 'customer' then id end, case when kind = 'order' then id end
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
