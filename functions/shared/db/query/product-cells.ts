import type { PendingQuery, Row, TransactionSql } from 'postgres';
import { Temporal } from 'temporal-polyfill';
import { monthOf } from '#core/month-of.ts';
import { type Range, splitAtDays } from '#core/time-windows.ts';

const kinds = {
  product: { rollup: 'product_performance', id: 'product_id', between: 'product_cells_between' },
  category: { rollup: 'category_performance', id: 'category_id', between: 'category_cells_between' },
} as const;
export type CellKind = keyof typeof kinds;

/**
 * The figures of products or categories in a range, each in one day of the business zone: whole days from the rollup, what
 * the range cuts off a day from the facts. Columns: id, channel, currency, rate_day and the measures of the rollup.
 */
export function productCells(
  tx: TransactionSql,
  kind: CellKind,
  range: Range,
  businessZone: string,
): PendingQuery<Row[]> {
  const { days, edges } = splitAtDays(range, businessZone);
  return unionAll(tx, [
    ...(days ? [cellsOfDays(tx, kind, days, businessZone)] : []),
    ...edges.map((edge) => cutCells(tx, kind, edge, businessZone)),
  ]);
}

/**
 * As `productCells`, of products, with whole months from their rollup where they need no rate of each day.
 * @param currency what amounts are converted to; null: all currencies are read alike, none is to be converted
 */
export function productCellsByMonth(
  tx: TransactionSql,
  range: Range,
  businessZone: string,
  currency: string | null,
): PendingQuery<Row[]> {
  const { days, edges } = splitAtDays(range, businessZone);
  const months = days && monthsIn(days, businessZone);
  if (!months) return productCells(tx, 'product', range, businessZone);
  const [from, to] = [months.from, months.to].map((edge) => tx`${String(edge)}::text::timestamptz`) as [Part, Part];
  const columns = cellColumns(tx, 'product', businessZone);
  const isUnconverted = tx`(${currency}::text is null or currency in ('', ${currency}))`;
  return unionAll(tx, [
    ...[
      { from: days.from, to: months.from },
      { from: months.to, to: days.to },
    ]
      .filter((part) => !part.from.equals(part.to))
      .map((part) => cellsOfDays(tx, 'product', part, businessZone)),
    ...edges.map((edge) => cutCells(tx, 'product', edge, businessZone)),
    tx`
      select ${columns} from product_months
      where time_zone = ${businessZone} and bucket >= ${from} and bucket < ${to} and ${isUnconverted}`,
    // Months that are not summed yet
    tx`
      select ${columns} from dirty_months join product_performance using (time_zone)
      where time_zone = ${businessZone} and month >= ${from} and month < ${to} and bucket >= month and bucket < until and ${isUnconverted}`,
    ...(currency === null
      ? []
      : [tx`< ${currency} and currency <> ''`, tx`> ${currency}`].map(
          (others) => tx`
            select ${columns} from product_performance
            where time_zone = ${businessZone} and currency ${others} and bucket >= ${from} and bucket < ${to}`,
        )),
  ]);
}

type Part = PendingQuery<Row[]>;

const unionAll = (tx: TransactionSql, [first, ...others]: readonly Part[]): Part =>
  others.reduce((union, part) => tx`${union} union all ${part}`, first ?? tx``);

/** The whole months in a range of whole days; null where there is none. */
function monthsIn({ from, to }: Range, zone: string): Range | null {
  const first = monthOf(from, zone);
  const months = { from: first.from.equals(from) ? from : first.to, to: monthOf(to, zone).from };
  return Temporal.Instant.compare(months.from, months.to) < 0 ? months : null;
}

const measures = (tx: TransactionSql) =>
  tx`views, carts, views_to_cart, carts_to_order, views_to_order, orders, units, gross, returned_units`;

const cellColumns = (tx: TransactionSql, kind: CellKind, businessZone: string) =>
  tx`${tx(kinds[kind].id)} as id, channel, currency, (bucket at time zone ${businessZone})::date as rate_day, ${measures(tx)}`;

const cellsOfDays = (tx: TransactionSql, kind: CellKind, days: Range, businessZone: string) => tx`
  select ${cellColumns(tx, kind, businessZone)}
  from ${tx(kinds[kind].rollup)}
  where time_zone = ${businessZone}
    and bucket >= ${String(days.from)}::text::timestamptz and bucket < ${String(days.to)}::text::timestamptz`;

/** What a range cuts off a day. */
const cutCells = (tx: TransactionSql, kind: CellKind, { from, to }: Range, businessZone: string) => tx`
  select
    ${tx(kinds[kind].id)} as id, channel, currency,
    (${String(from)}::text::timestamptz at time zone ${businessZone})::date as rate_day, ${measures(tx)}
  from ${tx(kinds[kind].between)}(${String(from)}::text::timestamptz, ${String(to)}::text::timestamptz)`;
