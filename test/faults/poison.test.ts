import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureEventPartitions } from '#db/ensure-event-partitions.ts';
import { storeEvents } from '../../functions/ingest/store-events.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion, testKeys } from '../setup/ingestion.ts';
import { poisons } from '../setup/poisons.ts';
import { reportFigure, runTrials } from './run-trials.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
});
afterAll(() => database.drop());

const BATCH = 500;

it('stores every good row of a batch and types every bad one, with several kinds in it', async () => {
  const sql = database.connect('analytics_ingest');
  const kinds = Object.values(poisons);
  const total = { good: 0, bad: 0 };
  const trials = await runTrials('poison', { quick: 3, full: 140 }, async (random) => {
    const events = Array.from({ length: BATCH }, (_, n) =>
      makeEvent('analytics.page_view', { session_id: `s${n}`, page_url: 'https://shop.example/' }),
    );
    const bad = new Map(
      Array.from({ length: random.integer(1, 10) }, () => [random.pick(events).id, random.pick(kinds)] as const),
    );
    let transactions = 0;
    const ingestion = makeIngestion(sql, {
      store: async (batch) => {
        transactions += 1;
        const rows = batch.map((row) => bad.get(row.event.event_id)?.(row) ?? row);
        await ensureEventPartitions(
          sql,
          events.map(({ time }) => time),
        );
        return await storeEvents(sql, rows, testKeys);
      },
    });
    const outcome = await ingestion.ingest(events);
    expect(outcome).toMatchObject({ failedIds: [], stored: BATCH - bad.size, duplicates: 0, rejected: bad.size });
    expect(ingestion.letters.map(({ rejection }) => [rejection.reason, rejection.id])).toEqual(
      events.filter(({ id }) => bad.has(id)).map(({ id }) => ['processing_failed', id]),
    );
    expect(transactions - 1).toBeLessThanOrEqual(2 * bad.size * Math.ceil(Math.log2(BATCH)));
    const ids = events.map(({ id }) => id);
    const [{ n }] = await sql<[{ n: number }]>`
      select count(*)::int as n from processed_events where event_id = any(${ids})`;
    expect(n).toBe(BATCH - bad.size);
    total.good += BATCH - bad.size;
    total.bad += bad.size;
  });
  reportFigure({
    what: `1-10 poison rows of ${kinds.length} kinds in a batch of ${BATCH} (${total.good} good, ${total.bad} bad)`,
    trials,
    figure: 'stored 100 %, typed 100 %',
    target: '100 %, 100 %',
  });
}, 400_000);
