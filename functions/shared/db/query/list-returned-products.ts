import type { TransactionSql } from 'postgres';
import { type PeriodQuestion, placedOrders } from './placed-orders.ts';
import { refundRows } from './refund-rows.ts';

export interface ReturnedFigures {
  readonly units: number;
  /** Plain decimal text; null where none of its lines carries an amount. */
  readonly amount: string | null;
  /** Units ordered in the period. */
  readonly ordered: number;
}
export interface ReturnedProduct extends ReturnedFigures {
  readonly productId: string;
  /** As the latest order calls it of those placed or refunded in the period. */
  readonly name: string | null;
  /** `units` as plain decimal text: with `productId` the key of the row. */
  readonly key: string;
}

/**
 * A page of the products of the lines that were refunded in the period, the most units first.
 * @param page.after the last row of the page before
 */
export async function listReturnedProducts(
  tx: TransactionSql,
  question: PeriodQuestion,
  page: { readonly limit: number; readonly after: readonly [key: string, productId: string] | null },
): Promise<ReturnedProduct[]> {
  const [key, productId] = page.after ?? [null, null];
  return await tx<ReturnedProduct[]>`
    with refunds as materialized (${refundRows(tx, question)}),
    placed as materialized (${placedOrders(tx, question)}),
    page as materialized (
      select product_id, sum(quantity) as units, sum(amount * rate) as amount
      from refunds join return_lines using (return_id)
      where rate is not null
      group by product_id
      having ${key}::text is null or sum(quantity) < ${key}::text::numeric
        or (sum(quantity) = ${key}::text::numeric and product_id > ${productId})
      order by units desc, product_id
      limit ${page.limit}
    ),
    ordered as materialized (
      select product_id, sum(quantity) as units
      from placed join order_lines using (order_id) join page using (product_id)
      where rate is not null
      group by product_id
    ),
    names as materialized (
      select distinct on (product_id) product_id, name
      from page
      join order_lines using (product_id)
      join (select order_id, created_at from placed union select order_id, ordered_at from refunds) as named using (order_id)
      where name is not null
      order by product_id, created_at desc nulls last, order_id desc, line_number
    )
    select
      product_id as "productId", name, page.units::float8 as units, amount::text as amount,
      coalesce(ordered.units, 0)::float8 as ordered, page.units::text as key
    from page left join ordered using (product_id) left join names using (product_id)
    order by page.units desc, product_id`;
}
