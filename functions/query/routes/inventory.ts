import { formatAmount, parseDecimal } from '#core/money.ts';
import { pageNames, readPage, writeCursor } from '#core/page.ts';
import { commonNames, readCommonParameters, readParameters } from '#core/query-parameters.ts';
import { lengthOf } from '#core/time-windows.ts';
import { listMissingInputs } from '#db/query/list-missing-inputs.ts';
import { listStock, type StockItem, type StockTotals, sumStock } from '#db/query/list-stock.ts';
import { readFreshness } from '#db/query/read-freshness.ts';
import { readSnapshot } from '#db/query/read-snapshot.ts';
import { answerMeta, notesOnMissing } from '../answer-meta.ts';
import type { Route } from '../route.ts';

export const madeFrom = [
  'stock',
  'sessions',
  'session_products',
  'orders',
  'order_lines',
  'returns',
  'return_lines',
  'product_performance',
  'product_months',
  'dirty_months',
  'fx_rates',
  'dirty_windows',
];

export const answer: Route = async ({ query, database, timeZone: businessZone, currency, now }) => {
  const parameters = readParameters(query, [...commonNames, ...pageNames]);
  const common = readCommonParameters(parameters, { timeZone: businessZone, currency, now });
  const { limit, after } = readPage(parameters, 2);
  const { range, digits } = common;
  const length = lengthOf(range, common.timeZone);

  const { freshness, missing, items, totals } = await readSnapshot(database(), async (tx) => ({
    freshness: await readFreshness(tx, range),
    missing: await listMissingInputs(tx, ['stock', 'orders']),
    // one more tells whether there is another page
    items: await listStock(tx, common, businessZone, { length, limit: limit + 1, after }),
    totals: await sumStock(tx, common, businessZone, length),
  }));

  const page = items.slice(0, limit);
  const last = items.length > limit ? page.at(-1) : undefined;
  const shown = <Row extends Sold>(row: Row) => ({
    ...row,
    ...(missing.includes('orders') && { unitsPerDay: null, daysOfSupply: null, sellThrough: null }),
    stockValue: row.stockValue === null ? null : formatAmount(parseDecimal(row.stockValue), digits),
  });
  const { withoutCost, unconverted, ...sums } = totals;
  const data = { items: page.map(shown), totals: missing.includes('stock') ? nothingOf(sums) : shown(sums) };
  const notes = [...notesOnMissing(missing), ...notesOnValue(withoutCost, unconverted)];
  // orders count in units, which no rate converts: none is left out
  const meta = answerMeta(common, { now, freshness, unconverted: 0, notes });
  const nextCursor = last ? writeCursor([last.productId, last.warehouseId]) : null;
  return { status: 200, body: { data, meta: { ...meta, nextCursor } } };
};

type Sold = Pick<StockItem | StockTotals, 'unitsPerDay' | 'daysOfSupply' | 'sellThrough' | 'stockValue'>;

/** The same keys, all null. */
const nothingOf = (sums: object) => Object.fromEntries(Object.keys(sums).map((name) => [name, null]));

function notesOnValue(withoutCost: number, unconverted: number): string[] {
  return [
    ...(withoutCost > 0
      ? [`stockValue: ${withoutCost} items have none, no inventory.stock.changed told their unit_cost`]
      : []),
    ...(unconverted > 0
      ? [
          `stockValue: ${unconverted} items have none, for want of an exchange rate of the day that their unit_cost was told`,
        ]
      : []),
  ];
}
