import type { Sql } from 'postgres';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { answer } from '../../functions/query/routes/revenue.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

const FROM = '2026-01-01';
const TO = '2027-01-01';
const ORDERS = 3_000;
const now = new Date('2027-01-02T00:00:00Z');

/**
 * Zones whose clocks show the same all year divide it alike: one of each such group is asked. `ZONES=all vitest run test/query/zones.test.ts`
 * asks all groups, `npm test` those that differ most.
 */
const sample = [
  ...['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Africa/Cairo', 'America/St_Johns'],
  'Pacific/Chatham',
];
const groups = Map.groupBy(Intl.supportedValuesOf('timeZone'), clockOf);
const all = [...groups.values()].map(([first = '']) => first);
const asked = process.env.ZONES === 'all' ? all : sample;

/** Its offset at the year's beginning, and each change in the year. */
function clockOf(zone: string): string {
  let at = Temporal.PlainDate.from('2025-12-30').toZonedDateTime({ timeZone: zone, plainTime: '00:00' });
  const end = Temporal.Instant.from('2027-01-03T00:00:00Z');
  const clock = [at.offset];
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (next === null || Temporal.Instant.compare(next.toInstant(), end) > 0) return clock.join(' ');
    clock.push(`${next.toInstant()} ${next.offset}`);
    at = next;
  }
}

/** The instant and the cents of each order: the whole year and a day to either side, and some at the edges of hours. */
const orders = Array.from({ length: ORDERS }, (_, index) => {
  const spread =
    Date.parse('2025-12-31T00:00:00Z') + (index * 367 * 86_400_000) / ORDERS + ((index * 7_919) % 3_600) * 1_000;
  return { at: index % 3 === 0 ? spread - (spread % 900_000) : spread, cents: 100 + ((index * 7_907) % 9_973) };
});

let db: TestDatabase;
let reader: Sql;
beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  reader = db.connect('analytics_query', { max: 1 });
  const { ingest, letters } = makeIngestion(db.connect('analytics_ingest'), {
    limits: { now, rawRetentionDays: 400, maxFutureHours: 24 },
  });
  const events = orders.map(({ at, cents }, index) =>
    makeEvent(
      'orders.order.status_changed',
      { order_id: `o${index}`, status: 'created', currency: 'EUR', items: [], total_amount: (cents / 100).toFixed(2) },
      { time: new Date(at).toISOString() },
    ),
  );
  for (let first = 0; first < events.length; first += 1_000) await ingest(events.slice(first, first + 1_000));
  expect(letters).toEqual([]);
  await aggregateWindows(db.connect(), { zone: 'UTC', limit: 100_000 });
});
afterAll(() => db.drop());

interface Row {
  readonly bucket: string;
  readonly gross: string;
  readonly orders: number;
}

async function ask(timezone: string, granularity: string) {
  const query = new URLSearchParams({ from: FROM, to: TO, timezone, granularity });
  const { body } = await answer({ query, database: () => reader, timeZone: 'UTC', currency: 'EUR', now });
  const { data } = body as { data: { totals: Row; series: readonly Row[] } };
  return { series: data.series, totals: data.totals };
}

const cents = (rows: readonly Row[]) => rows.reduce((sum, { gross }) => sum + Math.round(Number(gross) * 100), 0);
const count = (rows: readonly Row[]) => rows.reduce((sum, row) => sum + row.orders, 0);
const dayOf = ({ bucket }: Row) => bucket.slice(0, 10);

test.each(asked)(
  '%s: hours sum to their day, days to the months and to the year, each order on its day there',
  async (zone) => {
    const [hours, days, months] = [await ask(zone, 'hour'), await ask(zone, 'day'), await ask(zone, 'month')];
    const hoursByDay = Map.groupBy(hours.series, dayOf);
    expect(hoursByDay.size).toBe(365);
    expect(days.series.map(dayOf)).toEqual([...hoursByDay.keys()]);

    // by Node's own calendar, which is not the one that the buckets are made with
    const calendar = new Intl.DateTimeFormat('en-CA', { timeZone: zone });
    const placed = Map.groupBy(orders, ({ at }) => calendar.format(at));
    for (const [index, day] of days.series.entries()) {
      const ofDay = placed.get(dayOf(day)) ?? [];
      const expected = {
        day: day.bucket,
        cents: ofDay.reduce((sum, order) => sum + order.cents, 0),
        orders: ofDay.length,
      };
      const inHours = hoursByDay.get(dayOf(day)) ?? [];
      expect({ day: day.bucket, cents: cents([day]), orders: day.orders }).toEqual(expected);
      expect({ day: day.bucket, cents: cents(inHours), orders: count(inHours) }).toEqual(expected);
      const ends = days.series[index + 1]?.bucket;
      const length = ends && (Date.parse(ends) - Date.parse(day.bucket)) / 3_600_000;
      if (length) expect(Math.abs(inHours.length - length)).toBeLessThanOrEqual(1); // a change amid an hour cuts two
    }
    for (const { series, totals } of [hours, days, months]) {
      expect({ cents: cents(series), orders: count(series) }).toEqual({
        cents: cents([totals]),
        orders: totals.orders,
      });
    }
  },
);

test('every zone is of a group that is asked, or shows the same clock all year as one that ZONES=all asks', () => {
  const zones = Intl.supportedValuesOf('timeZone');
  expect([...groups.values()].flat().toSorted()).toEqual(zones.toSorted());
  expect(groups.size).toBeGreaterThan(50);
  console.log(`${zones.length} zones of ${groups.size} clocks; asked: ${asked.length}`);
});
