import { formatAmount, parseDecimal } from '#core/money.ts';
import { pageNames, readPage, writeCursor } from '#core/page.ts';
import { BadParameter } from '#core/problem.ts';
import { commonNames, readChoice, readCommonParameters, readParameters } from '#core/query-parameters.ts';
import { type Input, listMissingInputs } from '#db/query/list-missing-inputs.ts';
import {
  listCategories,
  listProducts,
  type ProductFigures,
  type ProductSort,
  productSorts,
} from '#db/query/list-products.ts';
import { readFreshness } from '#db/query/read-freshness.ts';
import { readSnapshot } from '#db/query/read-snapshot.ts';
import { answerMeta, notesOnMissing } from '../answer-meta.ts';
import { askSales, notesOnLeftOut, salesQuestion } from '../ask-sales.ts';
import type { Route } from '../route.ts';

/** A row has up to 700 bytes, and a function can answer with 6 MB. */
const MOST_CATEGORIES = 1000;
const inputs = [
  'orders',
  'productViews',
  'cartAdds',
  'sessionOrders',
  'returnedItems',
] as const satisfies readonly Input[];

/** Inputs without which a figure is null. */
const needs: Partial<Record<ProductSort, readonly Input[]>> = {
  views: ['productViews'],
  carts: ['cartAdds'],
  returnedUnits: ['returnedItems'],
  returnRate: ['returnedItems'],
  viewToCart: ['productViews', 'cartAdds'],
  cartToOrder: ['cartAdds', 'sessionOrders'],
  viewToOrder: ['productViews', 'sessionOrders'],
};

export const madeFrom = [
  'sessions',
  'session_products',
  'orders',
  'order_lines',
  'payments',
  'returns',
  'return_lines',
  'sales_movements',
  'hourly_metrics',
  'daily_metrics',
  'product_performance',
  'product_months',
  'dirty_months',
  'category_performance',
  'catalogue',
  'fx_rates',
  'dirty_windows',
];

export const answer: Route = async ({ query, database, timeZone: businessZone, currency, now }) => {
  const parameters = readParameters(query, [...commonNames, 'sort', ...pageNames]);
  const common = readCommonParameters(parameters, { timeZone: businessZone, currency, now });
  const sort = readChoice(parameters, 'sort', productSorts) ?? 'gross';
  const { limit, after: key } = readPage(parameters, 3);
  const after = key && readKey(key, sort);
  const { range, digits } = common;

  const { freshness, missing, sales, products, categories } = await readSnapshot(database(), async (tx) => {
    const missing: Input[] = await listMissingInputs(tx, inputs);
    // what is null in every row sorts none
    const sorted = (needs[sort] ?? []).some((input) => missing.includes(input)) ? null : sort;
    return {
      missing,
      freshness: await readFreshness(tx, range),
      sales: await askSales(tx, salesQuestion(common, businessZone, range)),
      // one more tells whether there is another page
      products: await listProducts(tx, common, businessZone, { sort: sorted, limit: limit + 1, after }),
      categories: await listCategories(tx, common, businessZone, MOST_CATEGORIES + 1),
    };
  });

  const page = products.slice(0, limit);
  const last = products.length > limit ? page.at(-1) : undefined;
  const data = {
    products: page.map((row) => ({
      ...{ productId: row.id, name: row.name, categoryId: row.categoryId },
      ...shownFigures(row, missing, digits),
      abcClass: row.abcClass,
    })),
    categories: categories.slice(0, MOST_CATEGORIES).map((row) => ({
      ...{ categoryId: row.id || null, name: row.name },
      ...shownFigures(row, missing, digits),
    })),
  };
  const notes = [
    ...notesOnMissing(missing),
    ...notesOnLeftOut(sales),
    ...(categories.length > MOST_CATEGORIES ? [`categories: the ${MOST_CATEGORIES} of the highest gross`] : []),
  ];
  const meta = answerMeta(common, { now, freshness, unconverted: sales.total.unconverted, notes });
  const nextCursor = last ? writeCursor([sort, last.sortValue, last.id]) : null;
  return { status: 200, body: { data, meta: { ...meta, nextCursor } } };
};

/** The key of the last row, as a cursor has it. @throws {BadParameter} where it is that of a list sorted otherwise */
function readKey([sortedBy, value = '', id = '']: readonly string[], sort: ProductSort): readonly [string, string] {
  if (sortedBy !== sort || !/^-?\d{1,40}(\.\d{1,40})?$/.test(value)) {
    throw new BadParameter('cursor', 'expected the nextCursor of an answer to the same question');
  }
  return [value, id];
}

/** As products and categories are answered; null where the input was never sent, and rates over nothing. */
function shownFigures(row: ProductFigures, missing: readonly Input[], digits: number) {
  const { views, carts, orders, units, gross, returnedUnits } = row;
  const figures = {
    ...{ views, carts, orders, units, gross: formatAmount(parseDecimal(gross), digits), returnedUnits },
    returnRate: ratio(returnedUnits, units),
    viewToCart: ratio(row.viewsToCart, views),
    cartToOrder: ratio(row.cartsToOrder, carts),
    viewToOrder: ratio(row.viewsToOrder, views),
  };
  const unknown = productSorts.filter((name) => needs[name]?.some((input) => missing.includes(input)));
  return { ...figures, ...Object.fromEntries(unknown.map((name) => [name, null])) };
}

const ratio = (part: number, whole: number) => (whole > 0 ? part / whole : null);
