import type { TransactionSql } from 'postgres';
import { type Range, splitAtHours } from '#core/time-windows.ts';

/** As `countActiveCustomers`, of the events that carry the channel or else belong to an order of it. */
export async function countActiveCustomersOfChannel(
  tx: TransactionSql,
  range: Range,
  channel: string,
): Promise<number> {
  const { before, hours, after } = splitAtHours(range);
  const [{ customers }] = await tx<[{ customers: number }]>`
    with events as (
      select channel, customer_id, order_id
      from analytics_events
      where occurred_at >= ${String(before.from)}::text::timestamptz and occurred_at < ${String(before.to)}::text::timestamptz
      union all
      select channel, customer_id, order_id
      from analytics_events
      where occurred_at >= ${String(after.from)}::text::timestamptz and occurred_at < ${String(after.to)}::text::timestamptz
      union all
      select channel, customer_id, order_id
      from active_channels
      where hour >= ${String(hours.from)}::text::timestamptz and hour < ${String(hours.to)}::text::timestamptz
    ), of_channel as (
      select e.customer_id, o.customer_id as order_customer_id
      from events e
      left join orders o on o.order_id = e.order_id
      where coalesce(e.channel, o.channel, 'unknown') = ${channel}
    )
    select count(*)::float8 as customers
    from (
      select customer_id from of_channel where customer_id is not null
      union
      select order_customer_id from of_channel where order_customer_id is not null
    ) as customer`;
  return customers;
}
