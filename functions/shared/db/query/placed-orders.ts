import type { PendingQuery, Row, TransactionSql } from 'postgres';
import type { Range } from '#core/time-windows.ts';

export interface PeriodQuestion {
  readonly range: Range;
  /** First instants of the buckets, ascending, the first at or before `range.from`. */
  readonly starts: readonly Range['from'][];
  readonly businessZone: string;
  readonly currency: string;
  readonly channel: string | null;
}

/**
 * The orders created in the period, to be read as a relation: with their `bucket` (index in `starts`), and the `rate` that
 * their amounts are multiplied by; null where there is none.
 */
export function placedOrders(tx: TransactionSql, question: PeriodQuestion): PendingQuery<Row[]> {
  const { range, starts, businessZone, currency, channel } = question;
  return tx`
    select
      order_id, status, created_at, cancelled_at, paid_at, handed_over_at, delivered_at, gross, discounts,
      width_bucket(created_at, (select ${starts.map(String)}::text[]::timestamptz[])) - 1 as bucket,
      case when currency = ${currency} then 1 else rate end as rate
    from orders
    left join fx_rates
      on day = (created_at at time zone ${businessZone})::date and from_currency = currency and to_currency = ${currency}
    where created_at >= ${String(range.from)}::text::timestamptz and created_at < ${String(range.to)}::text::timestamptz
      and (${channel}::text is null or coalesce(channel, 'unknown') = ${channel})`;
}
