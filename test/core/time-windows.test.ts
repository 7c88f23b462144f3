import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import {
  areDaysOfHours,
  bucketsOf,
  formatInstant,
  type Granularity,
  granularities,
  isStartOfHour,
  previousRange,
  shiftDays,
  splitAtHours,
  startOfDay,
} from '#core/time-windows.ts';

const instant = (text: string) => Temporal.Instant.from(text);
const days = (from: string, to: string, zone: string) => ({ from: startOfDay(from, zone), to: startOfDay(to, zone) });
const labels = (from: string, to: string, zone: string, granularity: Granularity) =>
  bucketsOf(days(from, to, zone), zone, granularity)
    .map(({ label }) => label)
    .toArray();

/** Zones with the changes of the clock that go wrong elsewhere, and a day of each around which to look. */
const samples = [
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/New_York', '2026-11-01'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Asia/Kolkata', '2026-06-01'],
  ['Asia/Kathmandu', '2026-06-01'],
  ['America/St_Johns', '2026-11-01'],
  ['Africa/Cairo', '2026-04-24'], // has no midnight
  ['America/Havana', '2026-11-01'], // has two midnights
  ['Pacific/Apia', '2011-12-29'], // is followed by the 31st
  ['Africa/Casablanca', '2026-02-15'],
] as const;

describe('bucketsOf', () => {
  test('labels carry the offset that holds at their start', () => {
    expect(labels('2026-03-28', '2026-03-31', 'Europe/Berlin', 'day')).toEqual([
      '2026-03-28T00:00:00+01:00',
      '2026-03-29T00:00:00+01:00',
      '2026-03-30T00:00:00+02:00',
    ]);
  });

  test.each([
    ['2026-03-29', '2026-03-30', 23],
    ['2026-10-25', '2026-10-26', 25],
  ])('the hours of %s in Berlin', (from, to, hours) => {
    expect(labels(from, to, 'Europe/Berlin', 'hour')).toHaveLength(hours);
  });

  test('the repeated hour is two buckets', () => {
    expect(labels('2026-10-25', '2026-10-26', 'Europe/Berlin', 'hour').slice(2, 4)).toEqual([
      '2026-10-25T02:00:00+02:00',
      '2026-10-25T02:00:00+01:00',
    ]);
  });

  test('a clock that changes by half an hour cuts no hour in two, and begins one late', () => {
    expect(labels('2026-04-05', '2026-04-06', 'Australia/Lord_Howe', 'hour').slice(0, 4)).toEqual([
      '2026-04-05T00:00:00+11:00',
      '2026-04-05T01:00:00+11:00', // 90 minutes: half of it is repeated
      '2026-04-05T02:00:00+10:30',
      '2026-04-05T03:00:00+10:30',
    ]);
    expect(labels('2026-10-04', '2026-10-05', 'Australia/Lord_Howe', 'hour').slice(1, 4)).toEqual([
      '2026-10-04T01:00:00+10:30',
      '2026-10-04T02:30:00+11:00',
      '2026-10-04T03:00:00+11:00',
    ]);
  });

  test('zones half an hour off begin their hours there', () => {
    const [first] = bucketsOf(days('2026-06-01', '2026-06-02', 'Asia/Kolkata'), 'Asia/Kolkata', 'hour');
    expect(first).toEqual({ label: '2026-06-01T00:00:00+05:30', start: instant('2026-05-31T18:30:00Z') });
  });

  test('days without a midnight begin when they begin, and days that never were are not there', () => {
    expect(labels('2026-04-24', '2026-04-25', 'Africa/Cairo', 'day')).toEqual(['2026-04-24T01:00:00+03:00']);
    expect(labels('2011-12-29', '2012-01-01', 'Pacific/Apia', 'day')).toEqual([
      '2011-12-29T00:00:00-10:00',
      '2011-12-31T00:00:00+14:00',
    ]);
  });

  test('weeks begin on Monday, months on the first, also before a range that cuts them', () => {
    expect(labels('2026-01-01', '2026-01-13', 'UTC', 'week')).toEqual(
      ['2025-12-29T00:00:00Z', '2026-01-05T00:00:00Z', '2026-01-12T00:00:00Z'].map((label) =>
        label.replace('Z', '+00:00'),
      ),
    );
    const cut = bucketsOf(days('2026-01-15', '2026-02-02', 'UTC'), 'UTC', 'month').toArray();
    expect(cut.map(({ label }) => label)).toEqual(['2026-01-01T00:00:00+00:00', '2026-02-01T00:00:00+00:00']);
    expect(String(cut[0]?.start)).toBe('2026-01-15T00:00:00Z');
  });

  test('buckets of every granularity are ascending, cover the range, and nest', () => {
    const zones = samples.map(([zone]) => zone);
    const noon = (date: string) => instant(`${date}T12:00:00Z`).epochMilliseconds;
    const around = fc.constantFrom(...samples).chain(([zone, date]) =>
      fc.record({
        zone: fc.oneof(fc.constant(zone), fc.constantFrom(...zones)),
        from: fc.integer({ min: -3 * 1440, max: 3 * 1440 }).map((minutes) => noon(date) + minutes * 60_000),
        minutes: fc.integer({ min: 1, max: 8 * 1440 }),
      }),
    );
    fc.assert(
      fc.property(around, ({ zone, from, minutes }) => {
        const range = {
          from: Temporal.Instant.fromEpochMilliseconds(from),
          to: Temporal.Instant.fromEpochMilliseconds(from + minutes * 60_000),
        };
        const starts = new Map<Granularity, string[]>();
        for (const granularity of granularities) {
          const buckets = bucketsOf(range, zone, granularity).toArray();
          const times = buckets.map(({ start }) => start.epochMilliseconds);
          expect(times[0]).toBe(from);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          expect(new Set(times).size).toBe(times.length);
          expect(times.at(-1)).toBeLessThan(range.to.epochMilliseconds);
          starts.set(granularity, times.map(String));
        }
        const hours = new Set(starts.get('hour'));
        for (const day of starts.get('day') ?? []) expect(hours).toContain(day);
        const dayStarts = new Set(starts.get('day'));
        for (const wider of ['week', 'month'] as const) {
          for (const start of starts.get(wider) ?? []) expect(dayStarts).toContain(start);
        }
      }),
      { numRuns: 200 },
    );
  });
});

test('every instant of an hour bucket shows that hour on the local clock', () => {
  for (const [zone, date] of samples) {
    const from = startOfDay(date, zone);
    const to = shiftDays(from, 2, zone);
    const buckets = bucketsOf({ from, to }, zone, 'hour').toArray();
    for (const [index, { start, label }] of buckets.entries()) {
      const end = buckets[index + 1]?.start ?? to;
      for (let at = start; Temporal.Instant.compare(at, end) < 0; at = at.add({ minutes: 5 })) {
        expect(formatInstant(at, zone).slice(0, 13)).toBe(label.slice(0, 13));
      }
    }
  }
});

describe('previousRange', () => {
  test('is as many days where the range is whole days, whatever the clock did', () => {
    const previous = previousRange(days('2026-03-29', '2026-04-05', 'Europe/Berlin'), 'Europe/Berlin');
    expect(formatInstant(previous.from, 'Europe/Berlin')).toBe('2026-03-22T00:00:00+01:00');
    expect(formatInstant(previous.to, 'Europe/Berlin')).toBe('2026-03-29T00:00:00+01:00');
  });

  test('is as long where it is not', () => {
    const range = { from: instant('2026-01-02T10:30:00Z'), to: instant('2026-01-02T12:00:00Z') };
    expect(String(previousRange(range, 'UTC').from)).toBe('2026-01-02T09:00:00Z');
  });
});

test.each([
  ['2026-01-01T10:30:00Z', '2026-01-01T13:15:00Z', '10:30/11:00 11:00/13:00 13:00/13:15'],
  ['2026-01-01T10:00:00Z', '2026-01-01T13:00:00Z', '10:00/10:00 10:00/13:00 13:00/13:00'],
  ['2026-01-01T10:10:00Z', '2026-01-01T10:50:00Z', '10:10/10:50 10:50/10:50 10:50/10:50'],
  ['2026-01-01T10:10:00Z', '2026-01-01T11:50:00Z', '10:10/11:50 11:50/11:50 11:50/11:50'],
])('splitAtHours of %s to %s', (from, to, expected) => {
  const { before, hours, after } = splitAtHours({ from: instant(from), to: instant(to) });
  const shown = [before, hours, after].map((range) =>
    [range.from, range.to].map((at) => String(at).slice(11, 16)).join('/'),
  );
  expect(shown.join(' ')).toBe(expected);
});

describe('areDaysOfHours', () => {
  test.each(samples)('%s around %s is as its days are', (zone, date) => {
    for (let first = -3; first <= 3; first++) {
      for (let length = 1; length <= 4; length++) {
        const from = shiftDays(startOfDay(date, zone), first, zone);
        const edges = Array.from({ length: length + 1 }, (_, index) => shiftDays(from, index, zone));
        const range = { from, to: edges.at(-1)! };
        expect([String(from), length, areDaysOfHours(range, zone)]).toEqual([
          ...[String(from), length, edges.every(isStartOfHour)],
        ]);
      }
    }
  });
});
