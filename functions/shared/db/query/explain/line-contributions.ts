import type { TransactionSql } from 'postgres';
import {
  type CellQuestion,
  type Fragment,
  isInRange,
  isOfChannelAndCountry,
  partsOf,
  type Source,
} from './cell-question.ts';

/** Of lines of a product or category: one contribution per order or return that holds any. */
export const lineContributions = {
  orderLines: (tx, question) => tx`
    select
      o.created_at, o.created_at, o.currency, 'order', o.order_id, measure, field, amount, sign,
      o.items_version, o.earliest -> 'created' ->> 0, 'created'
    from orders o
    cross join lateral (
      select sum(quantity) as units, sum(quantity * unit_price) as gross, count(*) as lines
      from order_lines l
      where l.order_id = o.order_id and ${isOfProduct(tx, question, tx`coalesce(l.category_id, '')`)}
    ) as lines
    ${partsOf(tx, question, [
      ['units', tx`'items'`, tx`lines.units`],
      ['gross', tx`'items'`, tx`lines.gross`],
      ['orders', tx`'items'`, tx`sign(lines.lines)`],
    ])}
    where ${isInRange(tx, question, tx`o.created_at`)} and ${isOfChannelAndCountry(tx, question)}
      and (${question.status}::text is null or o.status = ${question.status})`,

  // A line belongs to the category that it was ordered under.
  returnLines: (tx, question) => tx`
    select
      r.refunded_at, r.refunded_at, r.currency, 'return', r.return_id, measure, field, part.amount, sign,
      r.items_version, r.earliest -> 'refunded' ->> 0, 'refunded'
    from returns r
    left join orders o on o.order_id = r.order_id
    cross join lateral (
      select sum(quantity) as units, sum(l.amount) as amount
      from return_lines l
      where l.return_id = r.return_id and ${isOfProduct(
        tx,
        question,
        tx`coalesce((
          select ordered.category_id from order_lines ordered
          where ordered.order_id = r.order_id and ordered.product_id = l.product_id and ordered.category_id is not null
          order by line_number limit 1
        ), '')`,
      )}
    ) as lines
    ${partsOf(tx, question, [
      ['returnedUnits', tx`'items'`, tx`lines.units`],
      ['returnedAmount', tx`'items'`, tx`lines.amount`],
    ])}
    where ${isInRange(tx, question, tx`r.refunded_at`)} and r.refund_amount is not null
      and ${isOfChannelAndCountry(tx, question)}
      and (${question.reason}::text is null or coalesce(r.reason, 'unknown') = ${question.reason})`,
} satisfies Record<string, Source>;

const isOfProduct = (tx: TransactionSql, { product, category }: CellQuestion, categoryOfLine: Fragment): Fragment => tx`
  (${product}::text is null or l.product_id = ${product})
  and (${category}::text is null or ${categoryOfLine} = ${category})`;
