import { compareText } from '#core/compare-text.ts';
import { compareDecimals, formatAmount, parseDecimal } from '#core/money.ts';
import { BadParameter } from '#core/problem.ts';
import { commonNames, readChoice, readCommonParameters, readParameters } from '#core/query-parameters.ts';
import { changeOf, noSales, salesTotals } from '#core/sales.ts';
import { type Bucket, formatInstant, previousRange } from '#core/time-windows.ts';
import { listMissingInputs } from '#db/query/list-missing-inputs.ts';
import { readFreshness } from '#db/query/read-freshness.ts';
import { readSnapshot } from '#db/query/read-snapshot.ts';
import { sumPayments } from '#db/query/sum-payments.ts';
import type { SalesRow } from '#db/query/sum-sales.ts';
import { answerMeta, notesOnMissing } from '../answer-meta.ts';
import { askSales, notesOnLeftOut, salesQuestion } from '../ask-sales.ts';
import { listBuckets, MAX_ROWS } from '../list-buckets.ts';
import type { Route } from '../route.ts';

export const madeFrom = [
  ...['hourly_metrics', 'daily_metrics', 'revenue_by_source', 'fx_rates', 'dirty_windows'],
  ...['sales_movements', 'orders', 'payments', 'returns'],
];

export const answer: Route = async ({ query, database, timeZone: businessZone, currency, now }) => {
  const parameters = readParameters(query, [...commonNames, 'lens', 'groupBy']);
  const common = readCommonParameters(parameters, { timeZone: businessZone, currency, now });
  const lens = readChoice(parameters, 'lens', ['processed_date', 'order_date']) ?? 'processed_date';
  const groupBy = readChoice(parameters, 'groupBy', ['channel', 'country']) ?? null;
  const { range, timeZone, digits } = common;
  const before = common.comparePrevious ? previousRange(range, timeZone) : null;
  const buckets = listBuckets(common);

  const asked = await readSnapshot(database(), async (tx) => {
    const starts = buckets.map(({ start }) => start);
    const question = salesQuestion(common, businessZone, range, { starts, groupBy, lens });
    return {
      sales: await askSales(tx, question),
      payments: await sumPayments(tx, question),
      previous: before && (await askSales(tx, salesQuestion(common, businessZone, before, { lens }))),
      freshness: await readFreshness(tx, { from: before?.from ?? range.from, to: range.to }),
      missing: await listMissingInputs(tx, ['orders', 'payments', 'refunds']),
    };
  });

  const { sales, previous, freshness, missing } = asked;
  const totals = salesTotals(sales.total, digits);
  const previousTotals = previous && salesTotals(previous.total, digits);
  const data = {
    totals,
    series: seriesRows(buckets, sales.buckets, groupBy && { by: groupBy, names: namesOf(sales, groupBy) }, digits),
    byChannel: sales.channels.toSorted(byGross).map((row) => ({ channel: row.name, ...salesTotals(row, digits) })),
    byCountry: sales.countries.toSorted(byGross).map((row) => ({ country: row.name, ...salesTotals(row, digits) })),
    byPaymentMethod: asked.payments.map(({ method, payments, collected }) => ({
      ...{ method, payments },
      collected: formatAmount(parseDecimal(collected), digits),
    })),
    ...(before &&
      previousTotals && {
        previous: {
          period: { from: formatInstant(before.from, timeZone), to: formatInstant(before.to, timeZone) },
          totals: previousTotals,
        },
        change: changeOf(totals, previousTotals),
      }),
  };
  const notes = [...notesOnMissing(missing), ...notesOnLeftOut(sales, previous)];
  const meta = answerMeta(common, { now, freshness, unconverted: sales.total.unconverted, notes });
  return { status: 200, body: { data, meta } };
};

const byGross = (a: SalesRow, b: SalesRow) =>
  compareDecimals(parseDecimal(b.gross), parseDecimal(a.gross)) || compareText(a.name ?? '', b.name ?? '');

const namesOf = (
  { channels, countries }: { channels: readonly SalesRow[]; countries: readonly SalesRow[] },
  groupBy: string,
) => (groupBy === 'channel' ? channels : countries).toSorted(byGross).map(({ name }) => name);

/** A row per bucket, or per bucket and group; zeros where nothing happened. */
function seriesRows(
  buckets: readonly Bucket[],
  rows: readonly SalesRow[],
  groups: { readonly by: 'channel' | 'country'; readonly names: readonly (string | null)[] } | null,
  digits: number,
) {
  const names = groups?.names ?? [null];
  if (buckets.length * names.length > MAX_ROWS) {
    throw new BadParameter(
      'groupBy',
      `expected at most ${MAX_ROWS} buckets times groups: a coarser granularity, or none`,
    );
  }
  const known = new Map(rows.map((row) => [`${row.bucket} ${row.name}`, row]));
  return buckets.flatMap(({ label }, index) =>
    names.map((name) => ({
      bucket: label,
      ...(groups && { [groups.by]: name }),
      ...salesTotals(known.get(`${index} ${name}`) ?? noSales, digits),
    })),
  );
}
