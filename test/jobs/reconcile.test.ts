import type { Sql } from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readReportedCounts } from '#core/reconcile/read-reported-counts.ts';
import { typeOfAggregate } from '#core/type-of-aggregate.ts';
import { countOpenFindings } from '#db/reconcile/count-open-findings.ts';
import { reconcileReports } from '#db/reconcile/reconcile-reports.ts';
import { reconcileSequences } from '#db/reconcile/reconcile-sequences.ts';
import { reconcileRates } from '../../functions/jobs/reconcile-rates.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

const HOUR = 3_600_000;
const graceSeconds = 7200;
let database: TestDatabase;
let owner: Sql;
let jobs: Sql;
let ingestion: Sql;
let ingest: ReturnType<typeof makeIngestion>['ingest'];

beforeAll(async () => {
  database = await createDatabase({ migrated: true });
  owner = database.connect();
  jobs = database.connect('analytics_jobs');
  ingestion = database.connect('analytics_ingest');
});
beforeEach(async () => {
  await owner`
    truncate reconciliations, event_sequence_tracking, reported_counts, event_counts, analytics_events, processed_events, dead_letter_queue`;
  ({ ingest } = makeIngestion(ingestion)); // it knows no event of the test before
});
afterAll(() => database.drop());

const later = (hours: number) => new Date(Date.now() + hours * HOUR);
const findings = () => owner`
  select kind, event_type as type, coalesce(source, aggregate_id) as of, expected, found::int, missing::int, dead_lettered::int, status
  from reconciliations order by kind, of, period_from`;
const statuses = async () => (await findings()).map(({ missing, status }) => `${missing} ${status}`);

describe('sequences', () => {
  const stock = (sequence: number) =>
    makeEvent('inventory.stock.changed', { product_id: 'p', warehouse_id: 'w', on_hand: 1, sequence });
  const order = (sequence: number) =>
    makeEvent('orders.order.status_changed', { order_id: 'o', status: 'paid', sequence });
  const run = (hours: number) => reconcileSequences(jobs, { now: later(hours), graceSeconds, typeOf: typeOfAggregate });

  it('that are missing after the grace are a finding, until they come', async () => {
    await ingest([order(1), order(4)]);
    await run(1);
    expect(await countOpenFindings(jobs)).toEqual({ sequence: 0, count: 0, rate: 0 });
    await run(2.1);
    expect(await findings()).toEqual([
      {
        ...{ kind: 'sequence', type: 'orders.order.status_changed', of: 'o', expected: 4, found: 2, missing: 2 },
        ...{ dead_lettered: null, status: 'open' },
      },
    ]);
    await ingest([order(2)]);
    await run(5);
    expect(await statuses()).toEqual(['1 open']);
    await ingest([order(3)]);
    await run(6);
    expect(await statuses()).toEqual(['0 resolved']);
  });

  it('of what changes all the time are a finding once a run has seen them missing a grace ago', async () => {
    await ingest([stock(1), stock(3)]);
    await run(0);
    await ingest([stock(4), stock(6)]);
    await owner`update event_sequence_tracking set updated_at = ${later(24)}`;
    await run(1);
    expect(await statuses()).toEqual(['0 pending']);
    await run(24);
    expect(await statuses()).toEqual(['1 open']); // 2; that 5 is missing no run had seen
    await owner`update event_sequence_tracking set updated_at = ${later(48)}`;
    await run(48);
    expect(await statuses()).toEqual(['2 open']);
  });

  it('that were on their way leave nothing behind', async () => {
    await ingest([order(2)]);
    await run(1);
    await ingest([order(1)]);
    await run(3);
    expect(await statuses()).toEqual([]);
  });

  it('that were acknowledged stay so until more is missing', async () => {
    await ingest([order(1), order(3)]);
    await run(3);
    await owner`update reconciliations set status = 'acknowledged'`;
    await run(4);
    expect(await statuses()).toEqual(['1 acknowledged']);
    await ingest([order(5)]);
    await run(8);
    expect(await statuses()).toEqual(['2 open']);
  });
});

describe('reported counts', () => {
  const today = Math.floor(Date.now() / HOUR) * HOUR;
  const [from, to] = [new Date(today - 3 * HOUR).toISOString(), new Date(today - 2 * HOUR).toISOString()];
  const time = new Date(today - 2.5 * HOUR).toISOString();
  const view = (id: string) =>
    makeEvent('analytics.page_view', { session_id: 's', page_url: 'https://shop.example/' }, { id, time });
  const report = (count: number, at: string, extra: object = {}) =>
    makeEvent(
      'analytics.reconciliation.reported',
      { counted_type: 'analytics.page_view', period_from: from, period_to: to, count, ...extra },
      { time: at },
    );
  const run = (given: Parameters<typeof reconcileReports>[1]['given'] = []) =>
    reconcileReports(jobs, { now: later(1), graceSeconds, from, to, given });

  it('are compared with what is stored, the latest of a period, until what is missing comes', async () => {
    await ingest([view('1'), view('2'), view('2'), report(5, to), report(4, from)]);
    expect(await run()).toBe(1);
    expect(await findings()).toEqual([
      {
        ...{ kind: 'count', type: 'analytics.page_view', of: '/test/shop', expected: 5, found: 2, missing: 3 },
        ...{ dead_lettered: 0, status: 'open' },
      },
    ]);
    await run();
    expect(await statuses()).toEqual(['3 open']);
    await ingest([view('3'), view('4'), view('5')]);
    await run();
    expect(await statuses()).toEqual(['0 resolved']);
  });

  it('that are met, or whose period has just ended, are no finding', async () => {
    await ingest([view('1'), report(1, to), report(7, to, { period_from: to, period_to: new Date().toISOString() })]);
    expect(await run()).toBe(1);
    expect(await statuses()).toEqual([]);
  });

  it('below what is stored are a finding too', async () => {
    await ingest([view('1'), view('2'), report(1, to)]);
    await run();
    expect(await statuses()).toEqual(['-1 open']);
  });

  it('say how many of the missing are dead letters', async () => {
    await ingest([view('1'), report(4, to)]);
    await owner`
      insert into dead_letter_queue (
        deduplication_key, event_type, reason, pointer, keyword, event_source, event_id, queue, received_at, masked_view, original, data_key
      )
      select n::text, 'analytics.page_view', 'schema_violation', '', '', '/test/shop', id, 'q', ${time}, '{}', '', ''
      from unnest(array['1', '2', '2', '3']) with ordinality as letter (id, n)`;
    await run();
    expect(await findings()).toMatchObject([{ missing: 3, dead_lettered: 2 }]);
  });

  it('may be given without events, and are looked at again by later runs', async () => {
    await ingest([view('1')]);
    const counts = [{ source: '/test/shop', type: 'analytics.page_view', from, to, count: 2 }];
    await run(readReportedCounts(counts));
    await ingest([view('2')]);
    await run();
    expect(await statuses()).toEqual(['0 resolved']);
  });

  it('of a month that was retired are not taken for losses', async () => {
    const given = [{ source: 's', type: 't', from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z', count: 9 }];
    expect(await run(given)).toBe(0);
  });

  const whole = { source: 's', type: 't', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', count: 1 };
  it.each([
    [{}, 'counts: expected a list'],
    [[{ ...whole, source: 7 }], 'counts[0].source: expected a text'],
    [[whole, { ...whole, from: 'jane@example.com' }], 'counts[1].from: expected an RFC 3339 instant with offset'],
    [[{ ...whole, to: whole.from }], 'counts[0].to: expected an instant after from'],
    [[{ ...whole, count: -1 }], 'counts[0].count: expected a whole number of 0 or more'],
    [[null], 'counts[0].from'],
  ])('that are malformed are refused by their field', (counts, message) => {
    expect(() => readReportedCounts(counts)).toThrow(message);
  });
});

describe('rates', () => {
  const TYPE = 'analytics.cart_changed';
  const DAY = 24 * HOUR;
  const zone = 'Asia/Kolkata'; // whose day begins within an hour of UTC
  /** The start of today there, which is tomorrow's date in UTC from 18:30 on. */
  const midnight = Math.floor((Date.now() + 5.5 * HOUR) / DAY) * DAY - 5.5 * HOUR;
  const dateOf = (back: number) => new Date(midnight - back * DAY + 12 * HOUR).toISOString().slice(0, 10);
  const run = (from = dateOf(2), to = from, hours = 24) =>
    reconcileRates(jobs, {
      ...{ zone, types: [TYPE], now: later(hours), graceSeconds, from, to },
      hasTime: () => true,
    });
  /** `count` in each hour of UTC of so many days up to today, but none in one of the day before yesterday. */
  async function store(days: number, count = 40): Promise<void> {
    const silent = new Date(midnight - DAY - 9.5 * HOUR);
    await owner`
      select ensure_event_partitions(array(
        select generate_series(${new Date(midnight - days * DAY)}::timestamptz, now(), interval '1 day')
      ))`;
    await owner`
      insert into analytics_events (event_source, event_id, event_type, schema_version, occurred_at, data)
      select '/s', hour || ' ' || n, ${TYPE}, 'v1', hour + n * interval '1 minute', '{}'
      from generate_series(
        date_trunc('hour', ${new Date(midnight - days * DAY)}::timestamptz), ${new Date(midnight)}::timestamptz, interval '1 hour'
      ) as hour
      cross join generate_series(1, ${count}::int) as n
      where hour <> ${silent}`;
  }

  it('find the silent hour of the zone, once however often they are asked, until its events come', async () => {
    await store(62);
    expect(await run()).toMatchObject({ notEnoughHistory: [], isDone: true });
    const found = await owner`
      select period_from, period_to, found::int, status from reconciliations where kind = 'rate' order by period_from`;
    const silent = new Date(midnight - DAY - 9.5 * HOUR);
    const period = { period_from: silent, period_to: new Date(silent.getTime() + HOUR) };
    expect(found).toEqual([{ ...period, found: 0, status: 'open' }]);
    await run();
    expect(await owner`select count(*)::int as n from reconciliations`).toEqual([{ n: 1 }]);
    await owner`
      insert into analytics_events (event_source, event_id, event_type, schema_version, occurred_at, data)
      select '/s', 'late ' || n, ${TYPE}, 'v1', ${found[0]!.period_from}::timestamptz + n * interval '1 minute', '{}'
      from generate_series(1, 40) as n`;
    await run(dateOf(1)); // of another day
    expect(await statuses()).toEqual(['40 resolved']);
  });

  it('judge days that earlier runs missed, and no day that has not ended for two hours', async () => {
    await store(62);
    expect((await run(dateOf(1))).days).toBeGreaterThan(10);
    expect(await countOpenFindings(jobs)).toMatchObject({ rate: 1 });
    expect((await run(dateOf(1))).days).toBe(2); // this one, and the one with a finding
    expect((await run(dateOf(0), dateOf(0), 0)).days).toBe(1);
  });

  it('say that there is not enough history, and guess nothing', async () => {
    await store(16);
    expect(await run()).toMatchObject({ notEnoughHistory: [TYPE], tests: 0 });
    expect(await statuses()).toEqual([]);
  });
});
