import type { TransactionSql } from 'postgres';
import { latestInCatalogue } from './latest-in-catalogue.ts';
import { productCellsByMonth } from './product-cells.ts';
import type { SalesQuestion } from './sum-sales.ts';

export interface TopProduct {
  readonly productId: string;
  /** As the latest business day that begins before the end of the range calls it. */
  readonly name: string | null;
  readonly units: number;
  /** Plain decimal text. */
  readonly gross: string;
}

/** The products with the highest gross in the orders created in the range. */
export async function listTopProducts(
  tx: TransactionSql,
  question: SalesQuestion,
  limit: number,
): Promise<TopProduct[]> {
  const { range, businessZone, currency, channel } = question;
  return await tx<TopProduct[]>`
    with page as materialized (
      select id, sum(units) as units, sum(gross * case when currency = ${currency} then 1 else rate end) as gross
      from (${productCellsByMonth(tx, range, businessZone, currency)}) as cells
      left join fx_rates on day = rate_day and from_currency = currency and to_currency = ${currency}
      where orders > 0 and (currency = ${currency} or rate is not null) and (${channel}::text is null or channel = ${channel})
      group by id
      order by gross desc, id
      limit ${limit}
    )
    select
      id as "productId", units::float8 as units, gross::text as gross,
      ${latestInCatalogue(tx, 'name', { kind: 'product', to: String(range.to), businessZone })} as name
    from page
    order by page.gross desc, id`;
}
