import type { PendingQuery, Row, TransactionSql } from 'postgres';
import type { PeriodQuestion } from './placed-orders.ts';

/**
 * The returns refunded in the period, to be read as a relation: also those of cancelled orders. With their `bucket` (index
 * in `starts`), `ordered_at` (null where the order is not known), and the `rate` of the refund's day that their amounts are
 * multiplied by; null where there is none.
 */
export function refundRows(tx: TransactionSql, question: PeriodQuestion): PendingQuery<Row[]> {
  const { range, starts, businessZone, currency, channel } = question;
  return tx`
    select
      return_id, returns.order_id, refunded_at, orders.created_at as ordered_at, coalesce(reason, 'unknown') as reason,
      refund_amount, cost_amount,
      width_bucket(refunded_at, (select ${starts.map(String)}::text[]::timestamptz[])) - 1 as bucket,
      case when returns.currency = ${currency} then 1 else rate end as rate
    from returns
    left join orders on orders.order_id = returns.order_id
    left join fx_rates
      on day = (refunded_at at time zone ${businessZone})::date and from_currency = returns.currency and to_currency = ${currency}
    where refunded_at >= ${String(range.from)}::text::timestamptz and refunded_at < ${String(range.to)}::text::timestamptz
      and refund_amount is not null and (${channel}::text is null or coalesce(channel, 'unknown') = ${channel})`;
}
