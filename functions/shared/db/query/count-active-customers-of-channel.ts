import type { TransactionSql } from 'postgres';
import type { Range } from '#core/time-windows.ts';

/** As `countActiveCustomers`, of the events that carry the channel or else belong to an order of it. */
export async function countActiveCustomersOfChannel(
  tx: TransactionSql,
  range: Range,
  channel: string,
): Promise<number> {
  const [{ customers }] = await tx<[{ customers: number }]>`
    with events as (
      select e.customer_id, o.customer_id as order_customer_id
      from analytics_events e
      left join orders o on o.order_id = e.order_id
      where occurred_at >= ${String(range.from)}::text::timestamptz and occurred_at < ${String(range.to)}::text::timestamptz
        and coalesce(e.channel, o.channel, 'unknown') = ${channel}
    )
    select count(*)::float8 as customers
    from (
      select customer_id from events where customer_id is not null
      union
      select order_customer_id from events where order_customer_id is not null
    ) as customer`;
  return customers;
}
