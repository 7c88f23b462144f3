import type { TransactionSql } from 'postgres';
import type { CommonParameters } from '#core/query-parameters.ts';
import { productCellsByMonth } from './product-cells.ts';

/** Microseconds of a day. */
const DAY = '86400000000';

/** A product at a warehouse as it is now. Numbers are quantities; `stockValue` is plain decimal text. */
export interface StockItem {
  readonly productId: string;
  readonly warehouseId: string;
  readonly onHand: number;
  readonly reserved: number | null;
  /** Units of the product ordered a day, over all its warehouses. */
  readonly unitsPerDay: number;
  readonly daysOfSupply: number | null;
  readonly sellThrough: number | null;
  readonly belowReorderPoint: boolean | null;
  /** Null where no unit cost was sent, or no rate converts it. */
  readonly stockValue: string | null;
}

export interface StockTotals {
  readonly items: number;
  readonly products: number;
  readonly onHand: number;
  readonly reserved: number | null;
  readonly unitsPerDay: number;
  readonly daysOfSupply: number | null;
  readonly sellThrough: number | null;
  readonly stockOuts: number;
  readonly belowReorderPoint: number | null;
  readonly stockValue: string | null;
  /** Items whose cost is not known, and those whose cost no rate converts. */
  readonly withoutCost: number;
  readonly unconverted: number;
}

/** Items with the units that their products sold. */
function items(tx: TransactionSql, { range, currency, channel }: CommonParameters, businessZone: string) {
  return tx`
    sold as (
      select id as product_id, sum(units) as units
      from (${productCellsByMonth(tx, range, businessZone, null)}) as cells
      where units > 0 and (${channel}::text is null or channel = ${channel})
      group by id
    ),
    items as (
      select
        s.product_id, s.warehouse_id, s.on_hand, s.reserved, s.reorder_point, coalesce(sold.units, 0) as units,
        -- more sold than there is leaves nothing to sell
        greatest(s.on_hand, 0) as left_over,
        s.unit_cost is not null as has_cost,
        s.on_hand * s.unit_cost * case when s.currency = ${currency} then 1 else rate end as stock_value
      from stock s
      left join sold using (product_id)
      left join fx_rates
        on day = (s.costed_at at time zone ${businessZone})::date and from_currency = s.currency and to_currency = ${currency}
    )`;
}

/** A page of the stock, by product and warehouse. @param length of the range, in microseconds (`lengthOf`) */
export async function listStock(
  tx: TransactionSql,
  common: CommonParameters,
  businessZone: string,
  {
    length,
    limit,
    after,
  }: { readonly length: bigint; readonly limit: number; readonly after: readonly string[] | null },
): Promise<StockItem[]> {
  const [product = null, warehouse = null] = after ?? [];
  return await tx<StockItem[]>`
    with ${items(tx, common, businessZone)}
    select
      product_id as "productId", warehouse_id as "warehouseId", on_hand::float8 as "onHand", reserved::float8 as reserved,
      round(units * ${DAY}::text::numeric / ${String(length)}::text::numeric, 4)::float8 as "unitsPerDay",
      round(left_over * ${String(length)}::text::numeric / nullif(units * ${DAY}::text::numeric, 0), 4)::float8 as "daysOfSupply",
      units::float8 / nullif(units + left_over, 0)::float8 as "sellThrough",
      on_hand < reorder_point as "belowReorderPoint",
      stock_value::text as "stockValue"
    from items
    where ${product}::text is null or (product_id, warehouse_id) > (${product}, ${warehouse}::text)
    order by product_id, warehouse_id
    limit ${limit}`;
}

/** Over all the stock. Units count once per product, however many warehouses hold it. */
export async function sumStock(
  tx: TransactionSql,
  common: CommonParameters,
  businessZone: string,
  length: bigint,
): Promise<StockTotals> {
  const [totals] = await tx<[StockTotals]>`
    with ${items(tx, common, businessZone)},
    products as (select product_id, max(units) as units from items group by product_id),
    sales as (select count(*) as products, coalesce(sum(units), 0) as units from products)
    select
      count(*)::float8 as items, max(sales.products)::float8 as products,
      coalesce(sum(on_hand), 0)::float8 as "onHand", sum(reserved)::float8 as reserved,
      round(max(sales.units) * ${DAY}::text::numeric / ${String(length)}::text::numeric, 4)::float8 as "unitsPerDay",
      round(sum(left_over) * ${String(length)}::text::numeric / nullif(max(sales.units) * ${DAY}::text::numeric, 0), 4)::float8 as "daysOfSupply",
      max(sales.units)::float8 / nullif(max(sales.units) + sum(left_over), 0)::float8 as "sellThrough",
      count(*) filter (where on_hand <= 0)::float8 as "stockOuts",
      case when count(reorder_point) > 0 then count(*) filter (where on_hand < reorder_point) end::float8 as "belowReorderPoint",
      sum(stock_value)::text as "stockValue",
      count(*) filter (where not has_cost)::float8 as "withoutCost",
      count(*) filter (where has_cost and stock_value is null)::float8 as unconverted
    from items cross join sales`;
  return totals;
}
