import type { PendingQuery, Row, TransactionSql } from 'postgres';
import type { CommonParameters } from '#core/query-parameters.ts';
import { latestInCatalogue } from './latest-in-catalogue.ts';
import { type CellKind, productCells, productCellsByMonth } from './product-cells.ts';

/** Figures of a product or category; sessions are numbers of sessions, amounts plain decimal text. */
export interface ProductFigures {
  readonly id: string;
  readonly name: string | null;
  readonly views: number;
  readonly carts: number;
  /** Of the sessions that saw it, those that put it into the cart; and so on. */
  readonly viewsToCart: number;
  readonly cartsToOrder: number;
  readonly viewsToOrder: number;
  readonly orders: number;
  readonly units: number;
  readonly gross: string;
  readonly returnedUnits: number;
}

export interface ProductRow extends ProductFigures {
  readonly categoryId: string | null;
  /** Null where nothing was sold for more than nothing. */
  readonly abcClass: 'A' | 'B' | 'C' | null;
  /** What the list is sorted by, as plain decimal text: with `id` the key of the row. */
  readonly sortValue: string;
}

/** What has no value (a rate over nothing) comes last. */
const sortValues = {
  gross: (tx) => tx`gross`,
  units: (tx) => tx`units`,
  orders: (tx) => tx`orders`,
  views: (tx) => tx`views`,
  carts: (tx) => tx`carts`,
  returnedUnits: (tx) => tx`returned_units`,
  returnRate: (tx) => tx`coalesce(returned_units / nullif(units, 0), -1)`,
  viewToCart: (tx) => tx`coalesce(views_to_cart / nullif(views, 0), -1)`,
  cartToOrder: (tx) => tx`coalesce(carts_to_order / nullif(carts, 0), -1)`,
  viewToOrder: (tx) => tx`coalesce(views_to_order / nullif(views, 0), -1)`,
} as const satisfies Record<string, (tx: TransactionSql) => PendingQuery<Row[]>>;
export type ProductSort = keyof typeof sortValues;
export const productSorts = Object.keys(sortValues) as ProductSort[];

/** Sums in the answer's currency by id; what has no rate is in none of them. */
function sums(tx: TransactionSql, kind: CellKind, common: CommonParameters, businessZone: string) {
  const { range, currency, channel } = common;
  const cells =
    kind === 'product'
      ? productCellsByMonth(tx, range, businessZone, currency)
      : productCells(tx, kind, range, businessZone);
  return tx`
    select
      id, sum(views) as views, sum(carts) as carts, sum(views_to_cart) as views_to_cart, sum(carts_to_order) as carts_to_order,
      sum(views_to_order) as views_to_order, sum(orders) as orders, sum(units) as units,
      sum(gross * case when currency in ('', ${currency}) then 1 else rate end) as gross, sum(returned_units) as returned_units
    from (${cells}) as cells
    left join fx_rates on day = rate_day and from_currency = currency and to_currency = ${currency}
    where (currency in ('', ${currency}) or rate is not null) and (${channel}::text is null or channel = ${channel})
    group by id`;
}

const figures = (tx: TransactionSql) => tx`
  views::float8 as views, carts::float8 as carts, views_to_cart::float8 as "viewsToCart",
  carts_to_order::float8 as "cartsToOrder", views_to_order::float8 as "viewsToOrder",
  orders::float8 as orders, units::float8 as units, gross::text as gross, returned_units::float8 as "returnedUnits"`;

/**
 * A page of the products of a range, highest first. The class is by the share of gross of those above, over all products:
 * the one that crosses 80 or 95 % belongs to the better class.
 * @param after the last row of the page before
 */
export async function listProducts(
  tx: TransactionSql,
  common: CommonParameters,
  businessZone: string,
  page: {
    /** Null: by id. */
    readonly sort: ProductSort | null;
    readonly limit: number;
    readonly after: readonly [value: string, id: string] | null;
  },
): Promise<ProductRow[]> {
  const about = { kind: 'product', to: String(common.range.to), businessZone } as const;
  const [value, id] = page.after ?? [null, null];
  return await tx<ProductRow[]>`
    with products as (${sums(tx, 'product', common, businessZone)}),
    ranked as (
      select
        *, (${page.sort ? sortValues[page.sort](tx) : tx`-1`})::numeric as sort_value, sum(gross) over () as total,
        coalesce(sum(gross) over (order by gross desc, id rows between unbounded preceding and 1 preceding), 0) as above
      from products
    ),
    page as materialized (
      select * from ranked
      where ${value}::text is null or sort_value < ${value}::text::numeric or (sort_value = ${value}::text::numeric and id > ${id})
      order by sort_value desc, id
      limit ${page.limit}
    )
    select
      id, ${figures(tx)}, sort_value::text as "sortValue",
      case when total = 0 then null when above * 100 < total * 80 then 'A' when above * 100 < total * 95 then 'B' else 'C' end
        as "abcClass",
      ${latestInCatalogue(tx, 'name', about)} as name,
      ${latestInCatalogue(tx, 'category_id', about)} as "categoryId"
    from page
    order by sort_value desc, id`;
}

/** The categories of a range, the highest gross first; an empty id stands for none. */
export async function listCategories(
  tx: TransactionSql,
  common: CommonParameters,
  businessZone: string,
  limit: number,
): Promise<ProductFigures[]> {
  const about = { kind: 'category', to: String(common.range.to), businessZone } as const;
  return await tx<ProductFigures[]>`
    with page as materialized (
      select * from (${sums(tx, 'category', common, businessZone)}) as categories order by gross desc, id limit ${limit}
    )
    select id, ${figures(tx)}, ${latestInCatalogue(tx, 'name', about)} as name
    from page
    order by page.gross desc, id`;
}
