import type { TransactionSql } from 'postgres';
import type { Range } from '#core/time-windows.ts';

export interface LiveOrder {
  readonly orderId: string;
  readonly placedAt: Date;
  /** To the microsecond, as text. */
  readonly placedAtText: string;
  readonly status: string;
  /** Plain decimal text. */
  readonly total: string;
  readonly currency: string;
  readonly customerId: string | null;
  readonly country: string | null;
}

/** @param after placedAtText and orderId of the last order of the page before */
export interface LiveQuestion {
  readonly range: Range;
  readonly channel: string | null;
  readonly limit: number;
  readonly after: readonly string[] | null;
}

/** Orders created in the range, the newest first, whatever their currency. */
export async function listLiveOrders(tx: TransactionSql, question: LiveQuestion): Promise<LiveOrder[]> {
  const { range, channel, limit, after } = question;
  const [placedAt = null, orderId = null] = after ?? [];
  return await tx<LiveOrder[]>`
    select
      order_id as "orderId", created_at as "placedAt", to_json(created_at at time zone 'UTC') #>> '{}' || 'Z' as "placedAtText",
      status, currency, customer_id as "customerId", country,
      coalesce((latest -> 'total_amount' ->> 1)::numeric, gross - discounts + tax + shipping)::text as total
    from orders
    where created_at >= ${String(range.from)}::text::timestamptz and created_at < ${String(range.to)}::text::timestamptz
      and (${channel}::text is null or coalesce(channel, 'unknown') = ${channel})
      and (${placedAt}::text is null or (created_at, order_id collate "C") < (${placedAt}::text::timestamptz, ${orderId}::text collate "C"))
    order by created_at desc, order_id collate "C" desc
    limit ${limit}`;
}
