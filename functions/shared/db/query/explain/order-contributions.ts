import type { TransactionSql } from 'postgres';
import { type Fragment, isInRange, isOfChannelAndCountry, partsOf, type Source } from './cell-question.ts';

/** As `sales_movements_between` books them, each amount under the event that holds it. */
export const orderContributions = {
  placedOrders: (tx, question) => tx`
    select
      o.created_at, o.created_at, o.currency, 'order', o.order_id, measure, field, amount, sign,
      coalesce(o.latest -> field ->> 0, o.earliest -> 'created' ->> 0), o.earliest -> 'created' ->> 0, 'created'
    from orders o
    ${partsOf(tx, question, [
      ['gross', tx`case when ${hasLines(tx)} then 'items' else 'total_amount' end`, tx`o.gross`],
      ['discounts', tx`'items'`, tx`o.latest #>> '{items,1,discounts}'`],
      ['discounts', tx`'discount_amount'`, tx`o.latest #>> '{discount_amount,1}'`],
      ['tax', tx`'tax_amount'`, tx`o.tax`],
      ['shipping', tx`'shipping_amount'`, tx`o.shipping`],
      ['orders', tx`'created'`, tx`1`],
    ])}
    where ${isInRange(tx, question, tx`o.created_at`)} and ${isOfChannelAndCountry(tx, question)}
      and (${question.status}::text is null or o.status = ${question.status})`,

  cancelledOrders: (tx, question) => {
    const isByOrder = question.lens === 'order_date';
    const at = isByOrder ? tx`o.created_at` : tx`o.cancelled_at`;
    const name = isByOrder ? 'created' : 'cancelled';
    return tx`
      select
        ${at}, o.created_at, o.currency, 'order', o.order_id, measure, field, amount, sign,
        coalesce(o.latest -> field ->> 0, o.earliest -> 'cancelled' ->> 0), o.earliest -> ${name}::text ->> 0, ${name}::text
      from orders o
      ${partsOf(tx, question, [
        [
          'cancellations',
          tx`'items'`,
          tx`case when ${hasLines(tx)} then o.gross else 0 end - coalesce((o.latest #>> '{items,1,discounts}')::numeric, 0)`,
        ],
        ['cancellations', tx`'total_amount'`, tx`case when not ${hasLines(tx)} then o.gross end`],
        ['cancellations', tx`'discount_amount'`, tx`-(o.latest #>> '{discount_amount,1}')::numeric`],
        ['cancelled', tx`'cancelled'`, tx`1`],
      ])}
      where ${isInRange(tx, question, at)} and o.created_at is not null and o.cancelled_at is not null
        and ${isOfChannelAndCountry(tx, question)}`;
  },

  payments: (tx, question) => tx`
    select
      p.paid_at, p.paid_at, p.currency, 'payment', p.payment_id, measure, field, part.amount, sign,
      coalesce(p.latest -> field ->> 0, p.earliest -> 'confirmed' ->> 0), p.earliest -> 'confirmed' ->> 0, 'confirmed'
    from payments p
    left join orders o on o.order_id = p.order_id
    ${partsOf(tx, question, [
      ['collected', tx`'amount'`, tx`p.amount`],
      ['payments', tx`'confirmed'`, tx`1`],
    ])}
    where ${isInRange(tx, question, tx`p.paid_at`)} and ${isOfChannelAndCountry(tx, question)}
      and (${question.method}::text is null or coalesce(p.method, 'unknown') = ${question.method})`,
} satisfies Record<string, Source>;

const hasLines = (tx: TransactionSql): Fragment => tx`coalesce((o.latest -> 'items' -> 1 ->> 'lines')::int > 0, false)`;
