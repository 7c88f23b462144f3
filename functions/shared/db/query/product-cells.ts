import type { PendingQuery, Row, TransactionSql } from 'postgres';
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
  const { rollup, id, between } = kinds[kind];
  const measures = tx`
    views, carts, views_to_cart, carts_to_order, views_to_order, orders, units, gross, returned_units`;
  const { days, edges } = splitAtDays(range, businessZone);
  const whole = days
    ? tx`
      select ${tx(id)} as id, channel, currency, (bucket at time zone ${businessZone})::date as rate_day, ${measures}
      from ${tx(rollup)}
      where time_zone = ${businessZone}
        and bucket >= ${String(days.from)}::text::timestamptz and bucket < ${String(days.to)}::text::timestamptz`
    : null;
  const cut = edges.map(
    ({ from, to }) => tx`
      select ${tx(id)} as id, channel, currency, (${String(from)}::text::timestamptz at time zone ${businessZone})::date as rate_day, ${measures}
      from ${tx(between)}(${String(from)}::text::timestamptz, ${String(to)}::text::timestamptz)`,
  );
  const [first, ...others] = [...(whole ? [whole] : []), ...cut];
  return others.reduce((union, part) => tx`${union} union all ${part}`, first ?? tx``);
}
