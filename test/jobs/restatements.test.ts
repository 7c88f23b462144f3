import type { Sql } from 'postgres';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { markWindows } from '#db/mark-windows.ts';
import { markZoneChange } from '#db/mark-zone-change.ts';
import { reportDays } from '#db/restate/report-days.ts';
import { reportableUntil } from '../../functions/jobs/read-range.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent, type TestEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

let database: TestDatabase;
let jobs: Sql;
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
  jobs = database.connect('analytics_jobs');
});
afterAll(() => database.drop());

const zone = 'Europe/Berlin';
const UNTIL = '2026-10-31T23:00:00Z'; // the first of November in Berlin
const aggregate = () => aggregateWindows(jobs, { zone, limit: 1000 });
const report = (until = UNTIL, isDaily = true) => reportDays(jobs, { zone, until, isDaily });
const ingest = async (...events: TestEvent[]) => {
  const { ingest, letters } = makeIngestion(database.connect('analytics_ingest', { max: 1 }));
  await ingest(events);
  expect(letters).toEqual([]);
};
const at = (time: string) => ({ time: `2026-10-${time}Z` });
const order = (id: string, time: string, data: object = {}) =>
  makeEvent(
    'orders.order.status_changed',
    { order_id: id, status: 'created', currency: 'EUR', items: [], total_amount: '10', channel: 'web', ...data },
    at(time),
  );
const status = (id: string, status: string, time: string, data: object = {}) =>
  makeEvent('orders.order.status_changed', { order_id: id, status, ...data }, at(time));
const restated = async () =>
  (
    await jobs`
      select day::text, currency, channel, metric, before::text, after::text, delta::text, late_events::int as late
      from restatements order by day, currency, channel, metric, reported_at`
  ).map((row) => Object.values(row).join(' '));

beforeEach(async () => {
  const owner = database.connect('postgres', { max: 1 });
  await owner`
    truncate processed_events, analytics_events, active_users, dirty_windows, orders, order_lines, returns, payments, daily_metrics,
      hourly_metrics, revenue_by_source, daily_reports, restatements`;
});

it('says what a late order changes in a day that was reported, and how many events came late', async () => {
  await ingest(order('a', '20T08:00:00'));
  await aggregate();
  await report();
  await ingest(order('b', '20T23:30:00', { tax_amount: '1.9' }), status('a', 'confirmed', '20T09:00:00'));
  await aggregate();
  expect(await restated()).toEqual([
    '2026-10-21 EUR web gross 0 10 10 1',
    '2026-10-21 EUR web orders 0 1 1 1',
    '2026-10-21 EUR web tax 0 1.9 1.9 1',
  ]);
});

it('adds a cancellation and a refund to the day of their order by the lens of orders', async () => {
  await ingest(order('a', '20T08:00:00'), order('b', '20T08:00:00'));
  await aggregate();
  await report();
  await ingest(
    makeEvent(
      'returns.return.status_changed',
      { return_id: 'r', order_id: 'b', status: 'refunded', refund_amount: 4, currency: 'EUR' },
      at('30T08:00:00'),
    ),
  );
  await aggregate();
  await ingest(status('a', 'cancelled', '30T10:00:00'));
  await aggregate();
  expect(await restated()).toEqual([
    '2026-10-20 EUR web cancellationsByOrderDate 0 10 10 1',
    '2026-10-20 EUR web cancelledByOrderDate 0 1 1 1',
    '2026-10-20 EUR web returnsByOrderDate 0 4 4 1',
    '2026-10-30 EUR web cancellations 0 10 10 1',
    '2026-10-30 EUR web cancelled 0 1 1 1',
    '2026-10-30 EUR web returns 0 4 4 1',
  ]);
});

it('shows both sides of what moves, and one row a report and measure, gone when all is as reported', async () => {
  await ingest(order('a', '20T08:00:00'));
  await aggregate();
  await report();
  await ingest(status('a', 'paid', '21T08:00:00', { channel: 'app', sequence: 2 }));
  await aggregate();
  expect(await restated()).toEqual([
    '2026-10-20 EUR app gross 0 10 10 1',
    '2026-10-20 EUR app orders 0 1 1 1',
    '2026-10-20 EUR web gross 10 0 -10 1',
    '2026-10-20 EUR web orders 1 0 -1 1',
  ]);
  await ingest(status('a', 'confirmed', '21T09:00:00', { channel: 'shop', total_amount: '12', sequence: 3 }));
  await aggregate();
  expect(await restated()).toEqual([
    '2026-10-20 EUR shop gross 0 12 12 1',
    '2026-10-20 EUR shop orders 0 1 1 1',
    '2026-10-20 EUR web gross 10 0 -10 1',
    '2026-10-20 EUR web orders 1 0 -1 1',
  ]);
  await ingest(status('a', 'confirmed', '21T09:00:00', { channel: 'web', total_amount: '11', sequence: 4 }));
  await aggregate();
  expect(await restated()).toEqual(['2026-10-20 EUR web gross 10 11 1 2']);
});

it('begins anew with each report', async () => {
  await report('2026-10-30T23:00:00Z');
  await ingest(order('a', '20T08:00:00'));
  await aggregate();
  await report();
  await ingest(order('b', '20T08:00:00'), order('c', '31T08:00:00'));
  await aggregate();
  expect((await restated()).filter((row) => row.includes('gross'))).toEqual([
    '2026-10-20 EUR web gross 0 10 10 1',
    '2026-10-20 EUR web gross 10 20 10 1',
    '2026-10-31 EUR web gross 0 10 10 1',
  ]);
});

it('writes nothing of days not reported, of recomputation without change, of a crash, or of another zone', async () => {
  await ingest(order('a', '20T08:00:00'));
  await aggregate();
  await report(UNTIL, false); // not before the first daily run
  await ingest(order('b', '20T08:00:00'));
  await aggregate();
  await report();
  await ingest(order('new', '31T23:30:00')); // the first of November in Berlin
  await markWindows(jobs, '2026-10-19T00:00:00Z', '2026-10-22T00:00:00Z');
  await aggregate();
  expect(await restated()).toEqual([]);

  await ingest(order('c', '20T08:00:00'));
  await jobs
    .begin(async (tx) => {
      await aggregateWindows({ begin: (work: (sql: typeof tx) => unknown) => work(tx) } as unknown as Sql, {
        zone,
        limit: 9,
      });
      expect(await tx`select from restatements`).not.toHaveLength(0);
      throw new Error('crash');
    })
    .catch(() => {});
  expect(await restated()).toEqual([]);

  await markZoneChange(jobs, 'UTC');
  while ((await aggregateWindows(jobs, { zone: 'UTC', limit: 1 })) === 1);
  await markZoneChange(jobs, zone);
  await aggregate();
  expect(await restated()).toEqual([]);
});

it('counts an event once though its day is recomputed in several transactions', async () => {
  await report();
  await ingest(order('a', '20T08:00:00'), order('b', '20T09:00:00', { total_amount: '5' }));
  await aggregateWindows(jobs, { zone, limit: 1 });
  await aggregate();
  await ingest(order('c', '20T10:00:00'));
  await aggregate();
  await report(UNTIL, false);
  await aggregate();
  expect((await restated()).filter((row) => row.includes('gross'))).toEqual(['2026-10-20 EUR web gross 0 25 25 3']);
});

it('reports yesterday by the daily run, and by any other from 01:00 on', () => {
  const until = (now: string, isDaily: boolean) => reportableUntil(new Date(now), zone, isDaily);
  expect(until('2026-11-01T23:30:00Z', true)).toBe('2026-11-01T23:00:00Z');
  expect(until('2026-11-01T23:30:00Z', false)).toBe('2026-10-31T23:00:00Z');
  expect(until('2026-11-02T00:00:00Z', false)).toBe('2026-11-01T23:00:00Z');
});
