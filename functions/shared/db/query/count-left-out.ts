import type { TransactionSql } from 'postgres';
import type { SalesQuestion } from './sum-sales.ts';

export interface LeftOut {
  readonly cancellations: number;
  readonly payments: number;
  readonly refunds: number;
}

/** Movements of the range, other than orders placed, that are in no sum for want of an exchange rate. */
export async function countLeftOut(tx: TransactionSql, question: SalesQuestion): Promise<LeftOut> {
  const { range, businessZone, currency, channel, lens } = question;
  const [counts] = await tx<[LeftOut]>`
    select
      coalesce(sum(case when ${lens} = 'order_date' then cancelled_order_date else cancelled end), 0)::float8 as cancellations,
      coalesce(sum(payments), 0)::float8 as payments,
      count(*) filter (where case when ${lens} = 'order_date' then returns_order_date else returns end <> 0)::float8 as refunds
    from sales_movements
    where at >= ${String(range.from)}::text::timestamptz and at < ${String(range.to)}::text::timestamptz
      and (${channel}::text is null or channel = ${channel})
      and currency <> ${currency}
      and not exists (
        select from fx_rates
        where day = (converted_at at time zone ${businessZone})::date and from_currency = currency and to_currency = ${currency}
      )`;
  return counts;
}
