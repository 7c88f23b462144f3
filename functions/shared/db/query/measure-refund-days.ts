import type { TransactionSql } from 'postgres';
import type { PeriodQuestion } from './placed-orders.ts';
import { refundRows } from './refund-rows.ts';
import { microsecondsBetween, type Spread, spreadOf } from './spread-of.ts';

/** Days from the order to its refund, of the returns refunded in the period whose order is known. */
export async function measureRefundDays(tx: TransactionSql, question: PeriodQuestion): Promise<Spread> {
  const [{ days }] = await tx<[{ days: Spread }]>`
    select ${spreadOf(tx, 'to_refund', 'days')} as days
    from (
      select ${microsecondsBetween(tx, 'ordered_at', 'refunded_at')} as to_refund
      from (${refundRows(tx, question)}) as refunds
      where rate is not null
    ) as timed`;
  return days;
}
