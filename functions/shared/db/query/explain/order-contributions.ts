import type { TransactionSql } from 'postgres';
import {
  type CellQuestion,
  type Fragment,
  isInRange,
  isOfChannelAndCountry,
  type SourceFragments,
} from './cell-question.ts';

/** As `sales_movements_between` books them, each amount under the event that holds it. */
export const orderContributions = {
  placedOrders: (tx, question) => tx`
    select
      o.created_at, o.created_at, o.currency, 'order', o.order_id, measure, field, amount,
      coalesce(o.latest -> field ->> 0, o.earliest -> 'created' ->> 0), o.earliest -> 'created' ->> 0
    from orders o
    cross join lateral (values
      ('gross', 'items', case when ${hasLines(tx)} then o.gross end),
      ('gross', 'total_amount', case when not ${hasLines(tx)} then o.gross end),
      ('discounts', 'items', (o.latest #>> '{items,1,discounts}')::numeric),
      ('discounts', 'discount_amount', (o.latest #>> '{discount_amount,1}')::numeric),
      ('tax', 'tax_amount', o.tax),
      ('shipping', 'shipping_amount', o.shipping),
      ('orders', 'created', 1)
    ) as part (measure, field, amount)
    where ${isInRange(tx, question, tx`o.created_at`)} and ${isOfChannelAndCountry(tx, question)}`,

  cancelledOrders: (tx, question) => {
    const isByOrder = question.lens === 'order_date';
    const at = isByOrder ? tx`o.created_at` : tx`o.cancelled_at`;
    const moment = isByOrder ? tx`o.earliest -> 'created' ->> 0` : tx`o.earliest -> 'cancelled' ->> 0`;
    return tx`
      select
        ${at}, o.created_at, o.currency, 'order', o.order_id, measure, field, amount,
        coalesce(o.latest -> field ->> 0, o.earliest -> 'cancelled' ->> 0), ${moment}
      from orders o
      cross join lateral (values
        ('cancellations', 'items', case when ${hasLines(tx)} then o.gross else 0 end
          - coalesce((o.latest #>> '{items,1,discounts}')::numeric, 0)),
        ('cancellations', 'total_amount', case when not ${hasLines(tx)} then o.gross end),
        ('cancellations', 'discount_amount', -(o.latest #>> '{discount_amount,1}')::numeric),
        ('cancelled', 'cancelled', 1)
      ) as part (measure, field, amount)
      where ${isInRange(tx, question, at)} and o.created_at is not null and o.cancelled_at is not null
        and ${isOfChannelAndCountry(tx, question)}`;
  },

  // The money back of a cancelled order is in its cancellation.
  refunds: (tx, question) =>
    question.lens === 'order_date'
      ? tx`
        ${refunds(tx, question, 'returns', true)} and o.cancelled_at is null
        union all
        ${refunds(tx, question, 'returns', false)} and o.cancelled_at is null and o.created_at is null`
      : tx`${refunds(tx, question, 'returns', false)} and o.cancelled_at is null`,

  refundsOfAll: (tx, question) => refunds(tx, question, 'refunds', false),

  payments: (tx, question) => tx`
    select
      p.paid_at, p.paid_at, p.currency, 'payment', p.payment_id, measure, field, part.amount,
      coalesce(p.latest -> field ->> 0, p.earliest -> 'confirmed' ->> 0), p.earliest -> 'confirmed' ->> 0
    from payments p
    left join orders o on o.order_id = p.order_id
    cross join lateral (values ('collected', 'amount', p.amount), ('payments', 'confirmed', 1)) as part (measure, field, amount)
    where ${isInRange(tx, question, tx`p.paid_at`)} and ${isOfChannelAndCountry(tx, question)}
      and (${question.method}::text is null or coalesce(p.method, 'unknown') = ${question.method})`,

  orderLines: (tx, question) => tx`
    select
      o.created_at, o.created_at, o.currency, 'order', o.order_id, measure, 'items', amount,
      o.items_version, o.earliest -> 'created' ->> 0
    from orders o
    cross join lateral (
      select sum(quantity) as units, sum(quantity * unit_price) as gross
      from order_lines l
      where l.order_id = o.order_id and (${question.productId}::text is null or l.product_id = ${question.productId})
    ) as lines
    cross join lateral (values ('units', lines.units), ('gross', lines.gross)) as part (measure, amount)
    where ${isInRange(tx, question, tx`o.created_at`)} and ${isOfChannelAndCountry(tx, question)}`,
} satisfies SourceFragments;

const hasLines = (tx: TransactionSql): Fragment => tx`coalesce((o.latest -> 'items' -> 1 ->> 'lines')::int > 0, false)`;

function refunds(tx: TransactionSql, question: CellQuestion, measure: string, isByOrder: boolean): Fragment {
  const at = isByOrder ? tx`o.created_at` : tx`r.refunded_at`;
  return tx`
    select
      ${at}, r.refunded_at, r.currency, 'return', r.return_id, ${measure}, 'refund_amount', r.refund_amount,
      r.latest -> 'refund_amount' ->> 0,
      ${isByOrder ? tx`o.earliest -> 'created' ->> 0` : tx`r.earliest -> 'refunded' ->> 0`}
    from returns r
    left join orders o on o.order_id = r.order_id
    where ${isInRange(tx, question, at)} and r.refunded_at is not null and ${isOfChannelAndCountry(tx, question)}`;
}
