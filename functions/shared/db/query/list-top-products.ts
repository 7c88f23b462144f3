import type { TransactionSql } from 'postgres';
import type { SalesQuestion } from './sum-sales.ts';

export interface TopProduct {
  readonly productId: string;
  /** As the latest of these orders calls it. */
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
    with placed as materialized (
      select order_id, created_at, case when currency = ${currency} then 1 else rate end as rate
      from orders
      left join fx_rates
        on day = (created_at at time zone ${businessZone})::date and from_currency = currency and to_currency = ${currency}
      where created_at >= ${String(range.from)}::text::timestamptz and created_at < ${String(range.to)}::text::timestamptz
        and (currency = ${currency} or rate is not null) and (${channel}::text is null or coalesce(channel, 'unknown') = ${channel})
    ),
    top as materialized (
      select product_id, sum(quantity) as units, sum(quantity * unit_price * rate) as gross
      from order_lines join placed using (order_id)
      group by product_id
      order by gross desc, product_id
      limit ${limit}
    ),
    names as (
      select distinct on (product_id) product_id, name
      from order_lines join top using (product_id) join placed using (order_id)
      where name is not null
      order by product_id, created_at desc, order_id desc, line_number
    )
    select product_id as "productId", name, units::float8 as units, gross::text as gross
    from top left join names using (product_id)
    order by top.gross desc, product_id`;
}
