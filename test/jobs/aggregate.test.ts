import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { markWindows } from '#db/mark-windows.ts';
import { markZoneChange } from '#db/mark-zone-change.ts';
import { readRange } from '../../functions/jobs/read-range.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

let database: TestDatabase;
let jobs: Sql;
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
  jobs = database.connect('analytics_jobs');
  const order = makeEvent(
    'orders.order.status_changed',
    { order_id: 'o1', status: 'created', currency: 'EUR', items: [], total_amount: 10 },
    { time: '2026-11-01T20:10:00Z' },
  );
  await makeIngestion(database.connect('analytics_ingest')).ingest([order]);
});
afterAll(() => database.drop());

const days = async () =>
  (await jobs`select time_zone, bucket, gross::text from daily_metrics`).map(({ time_zone, bucket, gross }) => [
    time_zone,
    bucket.toISOString(),
    gross,
  ]);

it('rolls dirty hours up once, and again when they are marked', async () => {
  expect(await aggregateWindows(jobs, { zone: 'UTC', limit: 10 })).toBe(1);
  expect(await aggregateWindows(jobs, { zone: 'UTC', limit: 10 })).toBe(0);
  expect(await markWindows(jobs, '2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z')).toBe(24);
  expect(await aggregateWindows(jobs, { zone: 'UTC', limit: 10 })).toBe(10);
  expect(await aggregateWindows(jobs, { zone: 'UTC', limit: 100 })).toBe(14);
  expect(await days()).toEqual([['UTC', '2026-11-01T00:00:00.000Z', '10']]);
});

it('rolls everything up again when the business zone changes, and nothing when it does not', async () => {
  expect(await markZoneChange(jobs, 'UTC')).toBe(0);
  expect(await markZoneChange(jobs, 'Asia/Kolkata')).toBe(1);
  await aggregateWindows(jobs, { zone: 'Asia/Kolkata', limit: 10 });
  // 20:10 UTC is the next day there, whose midnight is half past an hour of UTC
  expect(await days()).toEqual([['Asia/Kolkata', '2026-11-01T18:30:00.000Z', '10']]);
});

it('counts customers in the days of the new zone whose old days began amid an hour', async () => {
  const update = makeEvent('customers.customer.updated', { customer_id: 'c' }, { time: '2026-11-05T10:00:00Z' });
  await makeIngestion(database.connect('analytics_ingest')).ingest([update]);
  await aggregateWindows(jobs, { zone: 'Asia/Kolkata', limit: 10 });
  expect(await markZoneChange(jobs, 'UTC')).toBe(2);
  await aggregateWindows(jobs, { zone: 'UTC', limit: 10 });
  expect((await jobs`select bucket, kind, previous, customers::int from customer_recency`)[0]).toEqual({
    ...{ bucket: new Date('2026-11-05T00:00:00Z'), kind: 'active', previous: null, customers: 1 },
  });
});

it('asks for another zone by the ends of indexes, whatever was rolled up', async () => {
  const owner = database.connect();
  const job = database.connect('analytics_jobs', { max: 1 });
  await owner.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`
      insert into customer_days (time_zone, bucket, kind, customer_id)
      select 'UTC', '2026-11-05', 'active', 'c' || n from generate_series(1, 20000) n`;
  });
  await owner`analyze customer_days`;
  await job`select pg_stat_force_next_flush()`;
  const read = async () =>
    (await owner`select seq_tup_read::int as rows from pg_stat_user_tables where relname = 'customer_days'`)[0]!.rows;
  const before = await read();
  expect(await markZoneChange(job, 'UTC')).toBe(0);
  await job`select pg_stat_force_next_flush()`;
  expect(await read()).toBe(before);
});

it('reads a range of whole hours from its payload', () => {
  const now = new Date('2026-03-30T00:30:00Z'); // the day after Berlin's short one
  expect(readRange({}, now, 'UTC')).toBeUndefined();
  expect(readRange({ day: 'yesterday' }, now, 'Europe/Berlin')).toEqual({
    from: '2026-03-28T23:00:00Z',
    to: '2026-03-29T22:00:00Z',
  });
  expect(readRange({ from: '2026-01-01T00:10:00+01:00', to: '2026-01-01T01:10:00+01:00' }, now, 'UTC')).toEqual({
    from: '2025-12-31T23:00:00Z',
    to: '2026-01-01T01:00:00Z',
  });
});

it.each([
  [{ day: 'today' }, 'day: expected "yesterday" or a date (YYYY-MM-DD)'],
  [{ from: 'jane@example.com', to: '2026-01-01T00:00:00Z' }, 'from: expected an RFC 3339 instant with offset'],
  [{ from: '2026-01-01T00:00:00Z' }, 'to: expected an RFC 3339 instant with offset'],
  [{ from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }, 'to: expected an instant after from'],
])('refuses a payload by its field', (payload, message) => {
  expect(() => readRange(payload, new Date(), 'UTC')).toThrow(message);
});
