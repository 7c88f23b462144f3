import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { daySums } from '#db/restate/read-reported-sums.ts';
import { reportDays } from '#db/restate/report-days.ts';
import { reportFigure } from '../faults/run-trials.ts';
import { makeIngestion } from '../setup/ingestion.ts';
import { amountOf } from './amounts.ts';
import { STREAM_TO, streams } from './make-stream.ts';
import { BUSINESS_ZONE, createStreamDatabase, type StreamDatabase } from './stream-database.ts';
import { streamRuns } from './stream-runs.ts';

const runs = streamRuns(8);
const STREAMS = runs.numRuns;

let db: StreamDatabase;
beforeAll(async () => {
  db = await createStreamDatabase();
});
afterAll(() => db.drop());

const zone = BUSINESS_ZONE;
const days = Array.from({ length: 10 }, (_, index) => {
  const midnight = (day: number) => new Date(Date.UTC(2026, 9, day) - (day > 25 ? 1 : 2) * 3_600_000).toISOString();
  return { start: midnight(20 + index), end: midnight(21 + index) };
});
/** Up to the 27th, so that two days of the stream are never reported. */
const reportedDays = days.slice(0, 7);
const aggregate = () => aggregateWindows(db.writer, { zone, limit: 10_000 });

type Sums = Map<string, bigint>;
async function readSums(): Promise<Sums> {
  const rows = await db.writer.begin(
    (tx) => tx`select s.*, day::text as date from (${daySums(tx, reportedDays, zone)}) as s`,
  );
  return new Map(
    rows.map(({ date, currency, channel, metric, value }) => [
      `${date} ${currency} ${channel} ${metric}`,
      amountOf(value),
    ]),
  );
}

/** A run that ends before its commit. */
async function crash(): Promise<void> {
  const isCrash = await db.writer
    .begin(async (tx) => {
      const sql = { begin: (work: (inner: typeof tx) => unknown) => work(tx) } as unknown as typeof db.writer;
      await aggregateWindows(sql, { zone, limit: 10_000 });
      throw new Error('crash');
    })
    .catch((error: Error) => error.message === 'crash');
  expect(isCrash).toBe(true);
}

const steps = fc.array(fc.constantFrom('aggregate', 'aggregate', 'crash', 'report', 'part'), {
  minLength: 1,
  maxLength: 8,
});

test(`deltas sum to what changed since the first report (${STREAMS} streams)`, async () => {
  let rows = 0;
  await fc.assert(
    fc.asyncProperty(streams, fc.nat(100), steps, async ({ events, arrivals }, share, then) => {
      await db.store({ events: [], arrivals: [] });
      const limits = { now: new Date(STREAM_TO), rawRetentionDays: 90, maxFutureHours: 24 };
      const { ingest } = makeIngestion(db.writer, { limits });
      const arrived = arrivals.map(({ index }) => events[index]!);
      const cut = Math.floor((arrived.length * share) / 200);
      if (cut > 0) await ingest(arrived.slice(0, cut));
      await aggregate();
      await reportDays(db.writer, { zone, until: reportedDays.at(-1)!.end, isDaily: true });
      const reported = await readSums();

      const late = arrived.slice(cut);
      const size = Math.ceil(late.length / then.length);
      for (const [index, step] of then.entries()) {
        const batch = late.slice(index * size, (index + 1) * size);
        if (batch.length > 0) await ingest(batch);
        if (step === 'crash') await crash();
        if (step === 'part') await aggregateWindows(db.writer, { zone, limit: 1 });
        if (step === 'aggregate') await aggregate();
        if (step === 'report') {
          // every report is of its own time
          await aggregate();
          await db.writer`update daily_reports set reported_at = clock_timestamp()`;
        }
      }
      await aggregate();

      const current = await readSums();
      const expected: Sums = new Map();
      for (const key of new Set([...reported.keys(), ...current.keys()])) {
        const difference = (current.get(key) ?? 0n) - (reported.get(key) ?? 0n);
        if (difference !== 0n) expected.set(key, difference);
      }
      const deltas: Sums = new Map();
      const written = await db.writer`select *, day::text as date from restatements`;
      for (const { date, currency, channel, metric, delta, before, after, late_events } of written) {
        const key = `${date} ${currency} ${channel} ${metric}`;
        deltas.set(key, (deltas.get(key) ?? 0n) + amountOf(delta));
        expect(amountOf(delta)).toBe(amountOf(after) - amountOf(before));
        expect(Number(late_events)).toBeGreaterThan(0);
        expect(Number(late_events)).toBeLessThanOrEqual(events.length);
      }
      for (const [key, delta] of deltas) if (delta === 0n) deltas.delete(key);
      expect(Object.fromEntries(deltas)).toEqual(Object.fromEntries(expected));
      rows += written.length;

      // the same again changes nothing
      const before = await db.writer`select * from restatements order by id`;
      await ingest(arrived);
      await db.writer`insert into dirty_windows (hour) select distinct hour_of(occurred_at) from analytics_events`;
      await aggregate();
      expect(await db.writer`select * from restatements order by id`).toEqual(before);
    }),
    runs,
  );
  reportFigure({
    what: 'restatements against what changed since the report',
    trials: STREAMS,
    figure: `${rows} restatements, sums differing 0`,
    target: '0 differ',
  });
  console.log(`${STREAMS} streams, ${rows} restatements, sums differing 0`);
}, 600_000);
