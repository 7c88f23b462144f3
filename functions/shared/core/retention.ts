import { ConfigurationError } from './errors.ts';

/**
 * Beyond the retention by which ingestion refuses, in days: clocks that differ, batches under way, a deployment that changes
 * the setting for one function before the other.
 */
const MARGIN_DAYS = 2;
const MONTHS_AHEAD = 3;
const DAY_MS = 86_400_000;

/** Of UTC, `YYYY-MM`. */
export type Month = string;

export function endOfMonth(month: Month): Date {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number, 1)); // months count from 0 here, so this is the next one's first day
}

/** Whether no event of the month can be accepted any more: counts back from the clock, never from the newest event. */
export function isPastRetention(month: Month, now: Date, rawRetentionDays: number): boolean {
  return endOfMonth(month).getTime() + (rawRetentionDays + MARGIN_DAYS) * DAY_MS < now.getTime();
}

/** Days since the month could have begun its way out; negative before that. */
export function daysPastRetention(month: Month, now: Date, rawRetentionDays: number): number {
  return (now.getTime() - endOfMonth(month).getTime()) / DAY_MS - rawRetentionDays - MARGIN_DAYS;
}

/** First instants of this month and the coming ones: as many runs as there are days in two months may be missed. */
export function comingMonths(now: Date): string[] {
  return Array.from({ length: MONTHS_AHEAD + 1 }, (_, ahead) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1)).toISOString(),
  );
}

/**
 * The days that the ledger knows an event for, so that none is stored twice. An event is accepted until it is
 * `rawRetentionDays` old, and the archive, which keeps events as long, hands one out again until that long after it came;
 * what was stored may have been ahead of the clock. Both together cover a retention that is raised, which makes old events
 * acceptable again.
 * @param days the setting
 * @throws {ConfigurationError} where the setting is shorter
 */
export function ledgerDays(days: number | 'auto', rawRetentionDays: number, maxFutureHours: number): number {
  const least = 2 * rawRetentionDays + Math.ceil(maxFutureHours / 24) + MARGIN_DAYS;
  if (days === 'auto') return least;
  if (days < least) {
    throw new ConfigurationError(
      `LEDGER_RETENTION_DAYS: expected auto, or ${least} at least: twice RAW_RETENTION_DAYS and what may be ahead of the clock`,
    );
  }
  return days;
}

export function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * DAY_MS);
}
