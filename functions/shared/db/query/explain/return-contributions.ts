import type { TransactionSql } from 'postgres';
import {
  type CellQuestion,
  type Fragment,
  isInRange,
  isOfChannelAndCountry,
  partsOf,
  type Source,
} from './cell-question.ts';

export const returnContributions = {
  // The money back of a cancelled order is in its cancellation.
  refunds: (tx, question) =>
    question.lens === 'order_date'
      ? tx`
        ${refunds(tx, question, true)} and o.cancelled_at is null
        union all
        ${refunds(tx, question, false)} and o.cancelled_at is null and o.created_at is null`
      : tx`${refunds(tx, question, false)} and o.cancelled_at is null`,

  refundsOfAll: (tx, question) => refunds(tx, question, false),
} satisfies Record<string, Source>;

/** What a return adds to each measure that returns have. */
function refunds(tx: TransactionSql, question: CellQuestion, isByOrder: boolean): Fragment {
  const at = isByOrder ? tx`o.created_at` : tx`r.refunded_at`;
  return tx`
    select
      ${at}, r.refunded_at, r.currency, 'return', r.return_id, measure, field, amount, sign,
      coalesce(r.latest -> field ->> 0, r.earliest -> 'refunded' ->> 0),
      ${isByOrder ? tx`o.earliest -> 'created' ->> 0, 'created'` : tx`r.earliest -> 'refunded' ->> 0, 'refunded'`}
    from returns r
    left join orders o on o.order_id = r.order_id
    ${partsOf(tx, question, [
      ['returns', tx`'refund_amount'`, tx`r.refund_amount`],
      ['refunds', tx`'refund_amount'`, tx`r.refund_amount`],
      ['handlingCost', tx`'cost_amount'`, tx`r.cost_amount`],
      ['refundedReturns', tx`'refunded'`, tx`1`],
      ['refundedOfPlaced', tx`'refunded'`, tx`case when o.created_at is not null then 1 end`],
    ])}
    where ${isInRange(tx, question, at)} and r.refunded_at is not null and r.refund_amount is not null
      and ${isOfChannelAndCountry(tx, question)}
      and (${question.reason}::text is null or coalesce(r.reason, 'unknown') = ${question.reason})`;
}
