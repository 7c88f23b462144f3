import type { TransactionSql } from 'postgres';
import { latestInCatalogue } from './latest-in-catalogue.ts';
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
  /** As the latest business day up to the end of the period calls it. */
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
  const { businessZone, range } = question;
  const about = { kind: 'product', to: String(range.to), businessZone } as const;
  return await tx<ReturnedProduct[]>`
    with refunds as materialized (${refundRows(tx, question)}),
    page as materialized (
      select product_id as id, sum(quantity) as units, sum(amount * rate) as amount
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
      from (${placedOrders(tx, question)}) as placed join order_lines using (order_id) join page on id = product_id
      where rate is not null
      group by product_id
    )
    select
      id as "productId", ${latestInCatalogue(tx, 'name', about)} as name, page.units::float8 as units, amount::text as amount,
      coalesce(ordered.units, 0)::float8 as ordered, page.units::text as key
    from page left join ordered on product_id = id
    order by page.units desc, id`;
}
