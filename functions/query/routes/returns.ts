import type { TransactionSql } from 'postgres';
import { compareText } from '#core/compare-text.ts';
import { compareDecimals, type Decimal, divide, formatAmount, parseDecimal } from '#core/money.ts';
import { pageNames, readPage, writeCursor } from '#core/page.ts';
import { BadParameter } from '#core/problem.ts';
import { commonNames, readCommonParameters, readParameters } from '#core/query-parameters.ts';
import { changeOf } from '#core/sales.ts';
import { type Bucket, formatInstant, previousRange, type Range } from '#core/time-windows.ts';
import { type Input, listMissingInputs } from '#db/query/list-missing-inputs.ts';
import { listReturnedCategories } from '#db/query/list-returned-categories.ts';
import { listReturnedProducts, type ReturnedFigures } from '#db/query/list-returned-products.ts';
import { measureRefundDays } from '#db/query/measure-refund-days.ts';
import type { PeriodQuestion } from '#db/query/placed-orders.ts';
import { readFreshness } from '#db/query/read-freshness.ts';
import { readSnapshot } from '#db/query/read-snapshot.ts';
import { sumOrdered } from '#db/query/sum-ordered.ts';
import { type ReturnSums, type ReturnsRow, sumReturns } from '#db/query/sum-returns.ts';
import { answerMeta, notesOnMissing } from '../answer-meta.ts';
import { listBuckets } from '../list-buckets.ts';
import { noteLeftOut } from '../note-left-out.ts';
import type { Route } from '../route.ts';

/** Reasons are whatever producers write. */
const MOST_ROWS = 1_000;

export const madeFrom = ['returns', 'return_lines', 'orders', 'order_lines', 'catalogue', 'fx_rates', 'dirty_windows'];

export const answer: Route = async ({ query, database, timeZone: businessZone, currency, now }) => {
  const parameters = readParameters(query, [...commonNames, ...pageNames]);
  const common = readCommonParameters(parameters, { timeZone: businessZone, currency, now });
  const { limit, after } = readPage(parameters, 2);
  const { range, timeZone, digits } = common;
  const before = common.comparePrevious ? previousRange(range, timeZone) : null;
  const buckets = listBuckets(common);

  const asked = await readSnapshot(database(), async (tx) => {
    const about = { range, businessZone, currency: common.currency, channel: common.channel };
    const question = { ...about, starts: buckets.map(({ start }) => start) };
    const current = await askPeriod(tx, question);
    return {
      current,
      previous: before && (await askPeriod(tx, { ...about, range: before, starts: [before.from] })),
      // one more tells whether there is another page
      products: await listReturnedProducts(tx, question, { limit: limit + 1, after: after && readKey(after) }),
      categories: await listReturnedCategories(tx, question, MOST_ROWS + 1),
      freshness: await readFreshness(tx, { from: before?.from ?? range.from, to: range.to }),
      missing: await listMissingInputs(tx, ['orders', 'refunds', 'returnedItems', 'returnCosts', 'returnAmounts']),
    };
  });

  const { current, previous, freshness, missing } = asked;
  const { ordered, reasons } = current;
  const figures = figuresOf(current, missing, digits);
  const previousFigures = previous && figuresOf(previous, missing, digits);
  const page = asked.products.slice(0, limit);
  const last = asked.products.length > limit ? page.at(-1) : undefined;
  const shown = (row: ReturnedFigures) => shownFigures(row, missing, digits);
  const data = {
    ...figures,
    reasons: reasons.slice(0, MOST_ROWS).map((row) => ({
      ...{ reason: row.reason, returns: row.returns, units: unlessMissing(row.units, 'returnedItems', missing) },
      amount: formatAmount(parseDecimal(row.refunds), digits),
    })),
    products: page.map((row) => ({ productId: row.productId, name: row.name, ...shown(row) })),
    categories: asked.categories.slice(0, MOST_ROWS).map((row) => ({ categoryId: row.categoryId, ...shown(row) })),
    series: seriesRows(buckets, current.buckets, missing, digits),
    ...(before &&
      previousFigures && {
        previous: { period: shownPeriod(before, timeZone), ...previousFigures },
        change: changeOf(figures, previousFigures),
      }),
  };
  const notes = [
    ...notesOnMissing(missing),
    ...notesOnPeriod(current),
    ...(previous ? notesOnPeriod(previous, 'previous period: ') : []),
    ...(reasons.length > MOST_ROWS ? [`reasons: the ${MOST_ROWS} with the highest amount of ${reasons.length}`] : []),
    ...(asked.categories.length > MOST_ROWS ? [`categories: the ${MOST_ROWS} with the most units`] : []),
  ];
  const meta = answerMeta(common, { now, freshness, unconverted: ordered.unconverted, notes });
  const nextCursor = last ? writeCursor([last.key, last.productId]) : null;
  return { status: 200, body: { data, meta: { ...meta, nextCursor } } };
};

/** The last row of the page before. @throws {BadParameter} where it is none of this list */
function readKey([key = '', productId = '']: readonly string[]): readonly [string, string] {
  if (!/^\d{1,40}(\.\d{1,40})?$/.test(key)) {
    throw new BadParameter('cursor', 'expected the nextCursor of an answer to the same question');
  }
  return [key, productId];
}

const shownPeriod = ({ from, to }: Range, timeZone: string) => ({
  from: formatInstant(from, timeZone),
  to: formatInstant(to, timeZone),
});

type Period = Awaited<ReturnType<typeof askPeriod>>;

async function askPeriod(tx: TransactionSql, question: PeriodQuestion) {
  const rows = await sumReturns(tx, question);
  const of = (level: ReturnsRow['level']) => rows.filter((row) => row.level === level);
  return {
    total: of('total')[0] ?? { ...nothingReturned, orders: 0, withoutOrder: 0, unconverted: 0 },
    reasons: of('reason')
      .filter(({ returns }) => returns > 0)
      .toSorted(
        (a, b) =>
          compareDecimals(parseDecimal(b.refunds), parseDecimal(a.refunds)) ||
          compareText(a.reason ?? '', b.reason ?? ''),
      ),
    buckets: of('bucket'),
    ordered: await sumOrdered(tx, question),
    days: await measureRefundDays(tx, question),
  };
}

const nothingReturned: ReturnSums = { returns: 0, units: 0, refunds: '0', handlingCost: '0' };

const unlessMissing = <Value>(value: Value, input: Input, missing: readonly Input[]) =>
  missing.includes(input) ? null : value;

function shownSums({ returns, units, refunds, handlingCost }: ReturnSums, missing: readonly Input[], digits: number) {
  return {
    returns,
    units: unlessMissing(units, 'returnedItems', missing),
    refunds: formatAmount(parseDecimal(refunds), digits),
    handlingCost: unlessMissing(formatAmount(parseDecimal(handlingCost), digits), 'returnCosts', missing),
  };
}

/** What `change` compares. */
function figuresOf({ total, ordered, days }: Period, missing: readonly Input[], digits: number) {
  const { mean, median, p90, count } = days;
  const known = !missing.includes('refunds');
  return {
    ...shownSums(total, missing, digits),
    rates: {
      // a return that names no order is taken for one of another order
      orders: known ? ratio(total.orders + total.withoutOrder, ordered.orders) : null,
      units: unlessMissing(ratio(total.units, ordered.units), 'returnedItems', missing),
      value: known ? ratioOfAmounts(parseDecimal(total.refunds), parseDecimal(ordered.value)) : null,
    },
    daysToRefund: { ...{ mean, median, p90 }, count: known ? count : null },
  };
}

/** Of a product or category. */
const shownFigures = ({ units, amount, ordered }: ReturnedFigures, missing: readonly Input[], digits: number) => ({
  units,
  amount: amount === null || missing.includes('returnAmounts') ? null : formatAmount(parseDecimal(amount), digits),
  rate: ratio(units, ordered),
});

/** Above 1 where more was sent back than ordered in the same period. */
const ratio = (part: number, whole: number) => (whole > 0 ? part / whole : null);

const RATIO_DECIMALS = 4;
const ratioOfAmounts = (part: Decimal, whole: Decimal) =>
  whole.units > 0n ? Number(formatAmount(divide(part, whole, RATIO_DECIMALS), 0)) : null;

/** A row per bucket; zeros where nothing happened. */
function seriesRows(
  buckets: readonly Bucket[],
  rows: readonly ReturnsRow[],
  missing: readonly Input[],
  digits: number,
) {
  const known = new Map(rows.map((row) => [row.bucket, row]));
  return buckets.map(({ label }, index) => ({
    bucket: label,
    ...shownSums(known.get(index) ?? nothingReturned, missing, digits),
  }));
}

function notesOnPeriod({ total, ordered, days }: Period, prefix = ''): string[] {
  const noted: readonly [number, string][] = [
    [total.withoutOrder, 'returns name no order: each counts as an order of its own in rates.orders'],
    [days.negative, 'refunds before their order was created: their negative days are kept in the figures'],
  ];
  return [
    ...noteLeftOut({ 'orders placed': ordered.unconverted, refunds: total.unconverted }, prefix),
    ...noted.filter(([count]) => count > 0).map(([count, text]) => `${prefix}${count} ${text}`),
  ];
}
