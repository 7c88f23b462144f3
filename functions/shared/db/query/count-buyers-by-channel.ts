import type { TransactionSql } from 'postgres';
import type { Range } from '#core/time-windows.ts';

export interface ChannelBuyers {
  readonly byChannel: readonly { readonly channel: string; readonly customers: number }[];
  /** How many bought through one channel, through two, and so on; ascending. */
  readonly byCount: readonly { readonly channels: number; readonly customers: number }[];
}

/** Customers with an order created in the range, in any currency, by the channels of those orders. */
export async function countBuyersByChannel(
  tx: TransactionSql,
  range: Range,
  channel: string | null,
): Promise<ChannelBuyers> {
  const rows = await tx<{ channel: string | null; channels: number | null; customers: number }[]>`
    with bought as materialized (
      select distinct customer_id, coalesce(channel, 'unknown') as channel
      from orders
      where created_at >= ${String(range.from)}::text::timestamptz and created_at < ${String(range.to)}::text::timestamptz
        and customer_id is not null and (${channel}::text is null or coalesce(channel, 'unknown') = ${channel})
    )
    select channel, null::float8 as channels, count(*)::float8 as customers from bought group by channel
    union all
    select null, channels, count(*)::float8
    from (select count(*)::float8 as channels from bought group by customer_id) as customer
    group by channels
    order by 1, 2`;
  return {
    byChannel: rows.flatMap(({ channel: name, customers }) => (name === null ? [] : [{ channel: name, customers }])),
    byCount: rows.flatMap(({ channels, customers }) => (channels === null ? [] : [{ channels, customers }])),
  };
}
