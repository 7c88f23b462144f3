import type { TransactionSql } from 'postgres';
import type { SalesQuestion } from './sum-sales.ts';

export interface PaymentRow {
  readonly method: string;
  readonly payments: number;
  /** Plain decimal text. */
  readonly collected: string;
}

/** Money by how it was paid, the largest first. A range of whole days or hours is read from the hourly rollup. */
export async function sumPayments(tx: TransactionSql, question: SalesQuestion): Promise<PaymentRow[]> {
  const { relation, range, businessZone, currency, channel } = question;
  const payments =
    relation === 'movements'
      ? tx`
        select at, (converted_at at time zone ${businessZone})::date as rate_day, currency, channel, payment_method, collected, payments
        from sales_movements
        where payments > 0`
      : tx`select bucket as at, rate_day, currency, channel, payment_method, collected, payments from revenue_by_source`;
  return await tx<PaymentRow[]>`
    select
      payment_method as method, sum(payments)::float8 as payments,
      sum(collected * case when currency = ${currency} then 1 else rate end)::text as collected
    from (${payments}) as payment
    left join fx_rates on day = rate_day and from_currency = currency and to_currency = ${currency}
    where at >= ${String(range.from)}::text::timestamptz and at < ${String(range.to)}::text::timestamptz
      and (${channel}::text is null or channel = ${channel})
      and (currency = ${currency} or rate is not null)
    group by payment_method
    order by sum(collected * case when currency = ${currency} then 1 else rate end) desc, payment_method`;
}
