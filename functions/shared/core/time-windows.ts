import { Temporal } from 'temporal-polyfill';

export const granularities = ['hour', 'day', 'week', 'month'] as const;
export type Granularity = (typeof granularities)[number];

/** Half open: [from, to). */
export interface Range {
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
}

export interface Bucket {
  /** RFC 3339 with the zone's offset: where the bucket begins on the zone's calendar, also when the range cuts it. */
  readonly label: string;
  /** The first instant of the range that is in the bucket. */
  readonly start: Temporal.Instant;
}

/** The first instant of a day; not 00:00 where the clock skips it. @param date `YYYY-MM-DD` of a real day */
export function startOfDay(date: string, zone: string): Temporal.Instant {
  return Temporal.PlainDate.from(date).toZonedDateTime(zone).toInstant();
}

/** The first instant of the day that is `days` days after the day of `instant`. */
export function shiftDays(instant: Temporal.Instant, days: number, zone: string): Temporal.Instant {
  return instant.toZonedDateTimeISO(zone).toPlainDate().add({ days }).toZonedDateTime(zone).toInstant();
}

/**
 * The range of the same length that ends where this one begins: of as many days if it is made of whole days (so that a
 * change of the clock does not cut one), else of as much time.
 */
export function previousRange({ from, to }: Range, zone: string): Range {
  if (!isStartOfDay(from, zone) || !isStartOfDay(to, zone)) return { from: from.subtract(from.until(to)), to: from };
  const first = from.toZonedDateTimeISO(zone).toPlainDate();
  const days = first.until(to.toZonedDateTimeISO(zone).toPlainDate(), { largestUnit: 'day' }).days;
  return { from: shiftDays(from, -days, zone), to: from };
}

export function isStartOfDay(instant: Temporal.Instant, zone: string): boolean {
  return instant.equals(instant.toZonedDateTimeISO(zone).startOfDay());
}

/** The days of the zone that begin in the range, as dates: from the first to before the last. */
export function daysBeginningIn(
  { from, to }: Range,
  zone: string,
): { readonly fromDay: string; readonly toDay: string } {
  const firstFrom = (instant: Temporal.Instant) => {
    const date = instant.toZonedDateTimeISO(zone).toPlainDate();
    return (isStartOfDay(instant, zone) ? date : date.add({ days: 1 })).toString();
  };
  return { fromDay: firstFrom(from), toDay: firstFrom(to) };
}

/**
 * Length of the range in microseconds, every day counting 24 hours if it is made of whole days of the zone: a change of the
 * clock makes no day shorter.
 */
export function lengthOf({ from, to }: Range, zone: string): bigint {
  if (!isStartOfDay(from, zone) || !isStartOfDay(to, zone))
    return (to.epochNanoseconds - from.epochNanoseconds) / 1000n;
  const date = (instant: Temporal.Instant) => instant.toZonedDateTimeISO(zone).toPlainDate();
  const { days } = date(from).until(date(to), { largestUnit: 'day' });
  return BigInt(days) * BigInt(24 * HOUR_MS * 1000);
}

const HOUR_MS = 3_600_000;

/** Whether the instant begins an hour of UTC, as the hourly rollups have them. */
export function isStartOfHour(instant: Temporal.Instant): boolean {
  return instant.epochNanoseconds % BigInt(HOUR_MS * 1_000_000) === 0n;
}

/**
 * Whether every day of the zone in a range of whole days is made of whole hours of UTC. By the changes of the clock, of which
 * there are a few a year: day by day, centuries took a second.
 */
export function areDaysOfHours({ from, to }: Range, zone: string): boolean {
  if (![from, to].every(isStartOfHour)) return false;
  let at: Temporal.ZonedDateTime | null = from.toZonedDateTimeISO(zone);
  while (at !== null && Temporal.Instant.compare(at.toInstant(), to) < 0) {
    if (at.offsetNanoseconds % (HOUR_MS * 1_000_000) !== 0) return false;
    at = at.getTimeZoneTransition('next');
  }
  return true;
}

/** The whole hours of UTC in the range, and what lies before and after them; without a whole hour, all is `before`. */
export function splitAtHours({ from, to }: Range): {
  readonly before: Range;
  readonly hours: Range;
  readonly after: Range;
} {
  const floor = (instant: Temporal.Instant) => instant.round({ smallestUnit: 'hour', roundingMode: 'floor' });
  const first = isStartOfHour(from) ? from : floor(from).add({ hours: 1 });
  const last = floor(to);
  const none = { from: to, to };
  if (Temporal.Instant.compare(first, last) >= 0) return { before: { from, to }, hours: none, after: none };
  return { before: { from, to: first }, hours: { from: first, to: last }, after: { from: last, to } };
}

/** The whole days of the zone in the range, and what lies before and after them: pieces that no midnight cuts, none empty. */
export function splitAtDays(
  { from, to }: Range,
  zone: string,
): { readonly days: Range | null; readonly edges: Range[] } {
  const first = isStartOfDay(from, zone) ? from : shiftDays(from, 1, zone);
  const last = shiftDays(to, 0, zone);
  if (Temporal.Instant.compare(first, last) > 0) return { days: null, edges: [{ from, to }] };
  const isRange = (range: Range) => Temporal.Instant.compare(range.from, range.to) < 0;
  const days = { from: first, to: last };
  return {
    days: isRange(days) ? days : null,
    edges: [
      { from, to: first },
      { from: last, to },
    ].filter(isRange),
  };
}

/** RFC 3339 with the zone's offset, without a fraction where there is none. */
export function formatInstant(instant: Temporal.Instant, zone: string): string {
  return instant.toString({ timeZone: zone });
}

/**
 * The buckets of a range on the zone's calendar, in order, none left out. The first may have begun before the range and
 * the last may end after it. An hour is one of the local clock: the hour that the clock repeats makes two buckets.
 */
export function* bucketsOf(range: Range, zone: string, granularity: Granularity): Generator<Bucket> {
  const { startOf, next } = calendar[granularity];
  let at = startOf(range.from.toZonedDateTimeISO(zone));
  for (let begins = at.toInstant(); Temporal.Instant.compare(begins, range.to) < 0; begins = at.toInstant()) {
    const start = Temporal.Instant.compare(begins, range.from) < 0 ? range.from : begins;
    yield { label: formatInstant(begins, zone), start };
    at = next(at);
  }
}

type Zoned = Temporal.ZonedDateTime;

/** Through the calendar day, whose start the zone then gives: adding 24 hours would miss it when the clock changes. */
const startOfDate = (date: Temporal.PlainDate, { timeZoneId }: Zoned) => date.toZonedDateTime(timeZoneId);

const calendar: Record<Granularity, { startOf: (at: Zoned) => Zoned; next: (start: Zoned) => Zoned }> = {
  hour: { startOf: startOfLocalHour, next: nextLocalHour },
  day: {
    startOf: (at) => at.startOfDay(),
    next: (start) => startOfDate(start.toPlainDate().add({ days: 1 }), start),
  },
  week: {
    startOf: (at) => startOfDate(at.toPlainDate().subtract({ days: at.dayOfWeek - 1 }), at),
    next: (start) => startOfDate(start.toPlainDate().add({ days: 7 }), start),
  },
  month: {
    startOf: (at) => startOfDate(at.toPlainDate().with({ day: 1 }), at),
    next: (start) => startOfDate(start.toPlainDate().add({ months: 1 }), start),
  },
};

function startOfLocalHour(at: Zoned): Zoned {
  let start = at.startOfDay();
  for (let next = nextLocalHour(start); Temporal.ZonedDateTime.compare(next, at) <= 0; next = nextLocalHour(next)) {
    start = next;
  }
  return start;
}

/** Where the clock's hour next changes or starts again; a change by half an hour (Lord Howe) may stay inside the hour. */
function nextLocalHour(at: Zoned): Zoned {
  const next = at.add({ seconds: 3600 - at.minute * 60 - at.second });
  if (next.offsetNanoseconds === at.offsetNanoseconds) return next;
  const change = at.getTimeZoneTransition('next');
  if (change === null) return next;
  const sameHour = change.hour === at.hour && change.toPlainDate().equals(at.toPlainDate());
  return sameHour && change.minute > 0 ? nextLocalHour(change) : change;
}
