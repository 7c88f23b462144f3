import { Temporal } from 'temporal-polyfill';
import { AnalyticsError } from '#core/errors.ts';
import { isDate } from '#core/instant.ts';
import { shiftDays, startOfDay } from '#core/time-windows.ts';

type Payload = Readonly<Record<string, unknown>>;

/** Whole hours of UTC, half open. */
export interface HourRange {
  readonly from: string;
  readonly to: string;
}

/**
 * The range that a job's payload names: {day: "yesterday"} is the business day before `now`, {day: "YYYY-MM-DD"} that day, {from, to} are RFC 3339
 * instants, widened to whole hours. Undefined where it names none.
 * @throws {AnalyticsError} naming the field that is malformed
 */
export function readRange(payload: Payload, now: Date, zone: string): HourRange | undefined {
  const { day, from, to } = payload;
  if (day !== undefined) {
    const start = startOf(day, now, zone);
    return widen(start, shiftDays(start, 1, zone));
  }
  if (from === undefined && to === undefined) return undefined;
  const range = widen(readInstant('from', from), readInstant('to', to));
  if (range.from >= range.to) throw new AnalyticsError('to: expected an instant after from');
  return range;
}

/** Before when a run reports the days: the daily run those before today, any other those that a daily run at 01:00 would. */
export function reportableUntil(now: Date, zone: string, isDaily: boolean): string {
  const instant = Temporal.Instant.from(now.toISOString());
  return shiftDays(isDaily ? instant : instant.subtract({ hours: 1 }), 0, zone).toString();
}

function startOf(day: unknown, now: Date, zone: string): Temporal.Instant {
  if (day === 'yesterday') return shiftDays(Temporal.Instant.from(now.toISOString()), -1, zone);
  if (typeof day === 'string' && isDate(day)) return startOfDay(day, zone);
  throw new AnalyticsError('day: expected "yesterday" or a date (YYYY-MM-DD)');
}

function readInstant(name: string, value: unknown): Temporal.Instant {
  try {
    return Temporal.Instant.from(String(value));
  } catch {
    // Temporal's own message quotes the value
    throw new AnalyticsError(`${name}: expected an RFC 3339 instant with offset`);
  }
}

function widen(from: Temporal.Instant, to: Temporal.Instant): HourRange {
  return {
    from: from.round({ smallestUnit: 'hour', roundingMode: 'floor' }).toString(),
    to: to.round({ smallestUnit: 'hour', roundingMode: 'ceil' }).toString(),
  };
}
