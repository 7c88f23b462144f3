import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { makeRandom, type Random } from '../../local/sample/random.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import type { TestEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';
import { compareDumps, dumpTables } from './dump-tables.ts';
import { makeShopEvents } from './make-shop-events.ts';
import { isFull, reportFigure, seed } from './run-trials.ts';

const ORDERS = isFull ? 1_200 : 60;
const REPLAYS = 3;
const BATCH = 100;

let busy: TestDatabase;
let quiet: TestDatabase;
beforeAll(async () => {
  busy = await createDatabase({ migrated: true });
  quiet = await createDatabase({ migrated: true });
});
afterAll(() => Promise.all([busy.drop(), quiet.drop()]));

const shuffle = <T>(items: readonly T[], random: Random): T[] =>
  items
    .map((item) => [random.unit(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);

/** Each worker with idempotency records of its own, so that the ledger alone knows what another has stored. */
async function ingestAll(sql: Sql, events: readonly TestEvent[]): Promise<{ stored: number; duplicates: number }> {
  const ingestion = makeIngestion(sql);
  const sum = { stored: 0, duplicates: 0 };
  for (let from = 0; from < events.length; from += BATCH) {
    const outcome = await ingestion.ingest(events.slice(from, from + BATCH));
    expect(outcome).toMatchObject({ failedIds: [], rejected: 0 });
    sum.stored += outcome.stored;
    sum.duplicates += outcome.duplicates;
  }
  expect(ingestion.failures).toEqual([]);
  return sum;
}

it('changes nothing when everything is replayed three times during live load', async () => {
  const random = makeRandom(`${seed} replay`);
  const began = new Date();
  const past = Array.from({ length: ORDERS }, (_, n) => makeShopEvents(random, `past${n}`, began)).flat();
  const live = Array.from({ length: ORDERS }, (_, n) => makeShopEvents(random, `live${n}`, began)).flat();
  await ingestAll(quiet.connect(), [...past, ...live]);

  const jobs = busy.connect('analytics_jobs', { max: 1 });
  await ingestAll(busy.connect('analytics_ingest'), past);
  let isLive = true;
  const aggregation = (async () => {
    while (isLive) await aggregateWindows(jobs, { zone: 'UTC', limit: 1_000 });
  })();
  const replays = Array.from({ length: REPLAYS }, () => shuffle(past, random));
  const [, ...replayed] = await Promise.all([
    ingestAll(busy.connect('analytics_ingest', { max: 1 }), live),
    ...replays.map((events) => ingestAll(busy.connect('analytics_ingest', { max: 1 }), events)),
  ]);
  isLive = false;
  await aggregation;
  expect(replayed).toEqual(replays.map(({ length }) => ({ stored: 0, duplicates: length })));
  const dump = await dumpTables(busy.connect());
  expect(dump.get('orders')?.length).toBeGreaterThan(ORDERS);
  expect(compareDumps(dump, await dumpTables(quiet.connect()))).toEqual([]);
  reportFigure({
    what: `replay of ${past.length} events, three times, during ${live.length} live ones`,
    trials: REPLAYS * past.length,
    figure: 'changed rows 0',
    target: 'changed rows 0',
  });
}, 400_000);
