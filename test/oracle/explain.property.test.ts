import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dividedBy, explainedMetrics, type FilterName, type MetricName } from '#core/explained-metrics.ts';
import { reportFigure } from '../faults/run-trials.ts';
import { amountOf } from './amounts.ts';
import { askRoute, readQuestion } from './ask-route.ts';
import { explainByHand, metricsByHand } from './explain.ts';
import { foldByHand } from './fold-by-hand.ts';
import { publications, publishRates, storeWithRates } from './make-rates.ts';
import { type Stream, streams } from './make-stream.ts';
import { useRates } from './rates-by-hand.ts';
import { createStreamDatabase, type StreamDatabase } from './stream-database.ts';
import { streamRuns } from './stream-runs.ts';

const runs = streamRuns(10);
const STREAMS = runs.numRuns;

let db: StreamDatabase;
beforeAll(async () => {
  db = await createStreamDatabase();
});
afterAll(() => db.drop());

/** Every event in a trace of its own. */
const traced = ({ events, arrivals }: Stream): Stream => ({
  events: events.map((event, index) => ({
    ...{ ...event, traceparent: `00-${String(index + 1).padStart(32, 'a')}-${'b'.repeat(16)}-01` },
  })),
  arrivals,
});

/** Mostly not given, so that many cells hold something. */
const option = (...values: string[]) => fc.constantFrom(...Array(4).fill(undefined), ...values);
const cells = fc
  .record({
    metric: fc.constantFrom(...metricsByHand),
    range: fc.constantFrom(
      ...Array(3).fill({ from: '2026-10-20', to: '2026-10-31' }),
      { from: '2026-10-23', to: '2026-10-26' },
      { from: '2026-10-25T00:30:00Z', to: '2026-10-27T12:15:00Z' },
    ),
    timezone: fc.constantFrom('Europe/Berlin', 'Asia/Kolkata'),
    currency: option('USD', 'GBP', 'CHF'),
    lens: option('processed_date', 'order_date'),
    channel: option('web', 'unknown'),
    country: option('DE', 'unknown'),
    method: option('card', 'unknown'),
    product_id: option('p-0', 'p-1'),
    limit: fc.constantFrom('1', '2', '3', '7', '500'),
  })
  .map(({ metric, range, limit, ...others }) => ({ metric, ...range, limit, ...allowed(metric, others) }));

/** Of the parameters those that are given, and that the metric has. */
function allowed(metric: MetricName, others: Record<string, string | undefined>): Record<string, string> {
  const kept = Object.entries(others).filter(
    ([name, value]) =>
      value !== undefined &&
      (!['country', 'method', 'product_id'].includes(name) || dividedBy(name as FilterName).includes(metric)),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}

async function readPages(parameters: Record<string, string>) {
  const pages = [await askRoute(db.reader, 'explain', parameters)];
  for (let cursor = pages[0]?.meta.nextCursor; cursor !== null; cursor = pages.at(-1)?.meta.nextCursor) {
    pages.push(await askRoute(db.reader, 'explain', { ...parameters, cursor }));
  }
  return pages;
}

test(`contributions are the events that plain code names, and sum to the total (${STREAMS} streams)`, async () => {
  let listed = 0;
  await fc.assert(
    fc.asyncProperty(
      streams.map(traced),
      publications,
      fc.array(cells, { minLength: 8, maxLength: 8 }),
      async (stream, rates, asked) => {
        await storeWithRates(db, stream, rates);
        await publishRates(db.writer, rates, 2);
        const facts = foldByHand(stream.events);
        for (const parameters of asked) {
          const { metric } = parameters;
          const pages = await readPages(parameters);
          const { from, to } = readQuestion(parameters);
          const filters = { channel: null, country: null, method: null, product_id: null, lens: 'processed_date' };
          useRates(rates, parameters.currency ?? 'EUR');
          const expected = explainByHand(facts, { ...filters, ...parameters, from, to });

          const rows = pages.flatMap(({ data }) => data.contributions);
          expect({ parameters, rows: rows.map(inMilliseconds) }).toEqual({ parameters, rows: expected });
          const [{ data: first } = { data: null }] = pages;
          expect(first.contributionCount).toBe(rows.length);
          if (first.total !== null) expect(sumOf(rows)).toBe(amountOf(first.total));
          expect(explainedMetrics[metric as MetricName].unit).toBe(pages[0]?.data.unit);
          listed += rows.length;
        }
      },
    ),
    runs,
  );
  reportFigure({
    what: 'explanations against plain code',
    trials: STREAMS,
    figure: `${listed} contributions, differing 0`,
    target: '0 differ',
  });
  console.log(`${STREAMS} streams, ${8 * STREAMS} cells, ${listed} contributions listed, differing 0`);
}, 600_000);

// biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
const inMilliseconds = ({ event, bookedBy, bookedAt, ...row }: any) => ({
  event: { ...event, time: Date.parse(event.time) },
  bookedBy: { ...bookedBy, time: Date.parse(bookedBy.time) },
  bookedAt: Date.parse(bookedAt),
  ...row,
});

const sumOf = (rows: readonly { readonly value: unknown }[]) =>
  rows.reduce((sum, { value }) => sum + amountOf(value), 0n);
