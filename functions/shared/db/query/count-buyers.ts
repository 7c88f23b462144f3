import type { TransactionSql } from 'postgres';
import type { Range } from '#core/time-windows.ts';

export interface BuyerCounts {
  /** Their first order, through any channel, is in the range. */
  readonly new: number;
  /** They also ordered before it. */
  readonly returning: number;
}

/** Customers with an order created in the range, in any currency. */
export async function countBuyers(tx: TransactionSql, range: Range, channel: string | null): Promise<BuyerCounts> {
  const [counts] = await tx<[BuyerCounts]>`
    select count(*) filter (where not ordered_before)::float8 as new, count(*) filter (where ordered_before)::float8 as returning
    from (
      select exists (
        select from orders
        where customer_id = buyer.customer_id and created_at < ${String(range.from)}::text::timestamptz
      ) as ordered_before
      from (
        select distinct customer_id
        from orders
        where created_at >= ${String(range.from)}::text::timestamptz and created_at < ${String(range.to)}::text::timestamptz
          and customer_id is not null and (${channel}::text is null or coalesce(channel, 'unknown') = ${channel})
      ) as buyer
    ) as buyer`;
  return counts;
}
