import fc from 'fast-check';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureEventPartitions } from '#db/ensure-event-partitions.ts';
import { ingestBatch } from '../../functions/ingest/ingest-batch.ts';
import { storeEvents } from '../../functions/ingest/store-events.ts';
import { storeIsolating, storeOneByOne } from '../../functions/ingest/store-isolating.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent, makeRecord } from '../setup/events.ts';
import { makeIngestion, testKeys } from '../setup/ingestion.ts';
import { poisons } from '../setup/poisons.ts';

let database: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
  sql = database.connect('analytics_ingest');
});
afterAll(() => database.drop());

const views = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    makeEvent('analytics.page_view', { session_id: `s${n}`, page_url: 'https://shop.example/' }),
  );

describe('a batch of 500 with poison in it', () => {
  it.each(Object.keys(poisons))('stores the good and names the bad: %s', async (kind) => {
    const poisonCount = 1 + Math.floor(Math.random() * 10);
    const events = views(500);
    const bad = new Set(
      fc
        .sample(fc.shuffledSubarray(events, { minLength: poisonCount, maxLength: poisonCount }), 1)[0]!
        .map(({ id }) => id),
    );
    let transactions = 0;
    const ingestion = makeIngestion(sql, {
      store: async (batch) => {
        transactions += 1;
        await ensureEventPartitions(
          sql,
          events.map(({ time }) => time),
        );
        return await storeEvents(
          sql,
          batch.map((row) => (bad.has(row.event.event_id) ? poisons[kind]!(row) : row)),
          testKeys,
        );
      },
    });
    const outcome = await ingestion.ingest(events);
    expect(ingestion.failures).toEqual([]);
    expect(outcome).toMatchObject({ failedIds: [], stored: 500 - poisonCount, duplicates: 0, rejected: poisonCount });
    expect(ingestion.letters.map(({ rejection }) => [rejection.reason, rejection.id])).toEqual(
      events.filter(({ id }) => bad.has(id)).map(({ id }) => ['processing_failed', id]),
    );
    const known = await sql`select event_id from processed_events where event_id = any(${events.map(({ id }) => id)})`;
    expect(known.length).toBe(500 - poisonCount);
    expect(transactions - 1).toBeLessThanOrEqual(2 * poisonCount * Math.ceil(Math.log2(500)));
  });
});

it('makes a partition that went away, and stores without loss', async () => {
  const admin = database.connect();
  const month = new Date().toISOString().slice(0, 7).replace('-', '_');
  const known = { partitions: false };
  const ingestion = makeIngestion(sql, {
    store: async (batch) => {
      if (!known.partitions)
        await ensureEventPartitions(
          sql,
          batch.map(({ event }) => event.occurred_at),
        );
      known.partitions = true;
      return await storeEvents(sql, batch, testKeys);
    },
    forgetPartitions: () => {
      known.partitions = false;
    },
  });
  expect(await ingestion.ingest(views(3))).toMatchObject({ stored: 3 });
  await admin`drop table ${admin(`analytics_events_${month}`)}`;
  expect(await ingestion.ingest(views(3))).toMatchObject({ failedIds: [], stored: 3, duplicates: 0, rejected: 0 });
});

const run = <Value>(operation: () => Promise<Value>) => operation();

describe('isolation', () => {
  const refusal = Object.assign(new Error('refused'), { code: '22P02' });
  const outage = Object.assign(new Error('away'), { code: '57P01' });
  const attempt = (store: (items: readonly number[]) => Promise<number>) => {
    const discarded = { times: 0 };
    const discardClient = async () => void discarded.times++;
    return {
      attempt: { store, guard: run, remaining: () => 1_000, forgetPartitions: () => {}, discardClient },
      discarded,
    };
  };

  it('puts every item in exactly one outcome, whatever fails when', async () => {
    const batch = fc.record({
      count: fc.integer({ min: 1, max: 64 }),
      poison: fc.array(fc.nat(63), { maxLength: 8 }),
      outageAfter: fc.integer({ min: 0, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(batch, async ({ count, poison, outageAfter }) => {
        const items = Array.from({ length: count }, (_, n) => n);
        let calls = 0;
        const { attempt: given } = attempt(async (part) => {
          if (calls++ >= outageAfter) throw outage;
          if (part.some((item) => poison.includes(item))) throw refusal;
          return part.length;
        });
        const { stored, poison: found, failed } = await storeIsolating(items, given);
        const all = [
          ...stored.flatMap((one) => one.items),
          ...found.map(({ item }) => item),
          ...failed.flatMap((one) => one.items),
        ];
        expect(all.sort((a, b) => a - b)).toEqual(items);
        expect(found.every(({ item }) => poison.includes(item))).toBe(true);
        expect(stored.flatMap((one) => one.items).some((item) => poison.includes(item))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('tries a conflict again and discards the client after an outage', async () => {
    let tries = 0;
    const conflict = attempt(async (part) => {
      if (++tries < 3) throw Object.assign(new Error('deadlock'), { code: '40P01' });
      return part.length;
    });
    expect((await storeIsolating([1, 2], conflict.attempt)).stored).toHaveLength(1);
    expect(conflict.discarded.times).toBe(0);
    const away = attempt(async () => {
      throw outage;
    });
    expect((await storeIsolating([1, 2], away.attempt)).failed).toEqual([{ items: [1, 2], error: outage }]);
    expect(away.discarded.times).toBe(1);
  });

  it('gives each suspect its own time, so that one that hangs costs no other', async () => {
    const hanging = attempt((items) => (items.includes(2) ? new Promise(() => {}) : Promise.resolve(1)));
    const end = performance.now() + 300;
    const outcome = await storeOneByOne([1, 2, 3, 4], { ...hanging.attempt, remaining: () => end - performance.now() });
    expect(outcome.failed.map(({ items }) => items)).toEqual([[2]]);
    expect(outcome.stored.flatMap(({ items }) => items)).toEqual([1, 3, 4]);
    expect(hanging.discarded.times).toBe(1);
  });
});

it('stores messages alone from their third receive on', async () => {
  const batches: number[] = [];
  const ingestion = makeIngestion(sql, {
    store: async (batch) => {
      batches.push(batch.length);
      return [];
    },
  });
  const attributes = (count: string) => ({ ...makeRecord('').attributes, ApproximateReceiveCount: count });
  const records = views(5).map((event, n) => makeRecord(event, { attributes: attributes(n < 3 ? '2' : '3') }));
  expect(await ingestBatch(records, ingestion.dependencies)).toMatchObject({ stored: 5 });
  expect(batches).toEqual([3, 1, 1]);
});
