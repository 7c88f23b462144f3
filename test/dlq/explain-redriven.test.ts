import { randomBytes } from 'node:crypto';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { captureBatch } from '../../functions/dlq/capture-batch.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent, makeRecord, type TestEvent } from '../setup/events.ts';
import { makeIngestion, testKeys } from '../setup/ingestion.ts';

let database: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
  sql = database.connect('analytics_dlq');
});
afterAll(() => database.drop());

const view = () => makeEvent('analytics.page_view', { session_id: 's1', page_url: 'https://shop.example/' });
const changed = (event: TestEvent): TestEvent => ({ ...event, data: { ...event.data, channel: 'app' } });

const dataKey = { plain: randomBytes(32), sealed: randomBytes(8) };
const capture = (events: readonly TestEvent[]) =>
  captureBatch(
    events.map((event) => makeRecord(event)),
    {
      ...{ sql, keys: testKeys, generateDataKey: async () => dataKey },
      limits: { now: new Date(), rawRetentionDays: 90, maxFutureHours: 24 },
    },
  );
const lettersOf = (event: TestEvent) =>
  sql`select reason, pointer, keyword from dead_letter_queue where event_id = ${event.id}`;

it('makes no dead letter of a redriven message whose event is stored', async () => {
  const event = view();
  await makeIngestion(database.connect('analytics_ingest')).ingest([event]);
  expect(await capture([event])).toBe(0);
  expect(await lettersOf(event)).toEqual([]);
});

it('names the conflict of a redriven message whose identity holds other content', async () => {
  const event = view();
  const ingestion = makeIngestion(database.connect('analytics_ingest'));
  await ingestion.ingest([event, changed(event)]);
  expect(await capture([changed(event), changed(event)])).toBe(1);
  expect(await lettersOf(event)).toEqual([{ reason: 'identity_conflict', pointer: '/id', keyword: 'unique' }]);
  // The same key as ingestion's own letter has
  const [key] = await sql`select deduplication_key as key from dead_letter_queue where event_id = ${event.id}`;
  expect(key?.key).toBe(ingestion.letters[0]?.deduplicationKey);
});

it('keeps what was never stored as failed, once however often it comes', async () => {
  const event = view();
  expect(await capture([event])).toBe(1);
  expect(await capture([event])).toBe(0);
  expect(await lettersOf(event)).toEqual([{ reason: 'processing_failed', pointer: '', keyword: '' }]);
});
