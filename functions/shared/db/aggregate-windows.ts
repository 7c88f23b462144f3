import type { Sql, TransactionSql } from 'postgres';
import { Temporal } from 'temporal-polyfill';
import { shiftDays } from '#core/time-windows.ts';
import { refreshOverview } from './refresh-overview.ts';
import { markProductMonths, refreshProductMonths } from './refresh-product-months.ts';
import { refreshProducts } from './refresh-products.ts';
import { refreshDailyMetrics, refreshHourlyMetrics, refreshRevenueBySource, type Window } from './refresh-sales.ts';
import { readReportedSums } from './restate/read-reported-sums.ts';
import { recordRestatements } from './restate/record-restatements.ts';
import { takeDirtyWindows } from './take-dirty-windows.ts';

/**
 * Recomputes up to `limit` dirty hours, and the business days that they touch, in one transaction: a run that is cut off
 * leaves its hours dirty. What changes in a day that was reported is recorded with it.
 * @param now months that were over by then are summed up
 * @returns how many hours; fewer than `limit` when none is left
 */
export async function aggregateWindows(
  sql: Sql,
  { zone, limit, now = new Date() }: { zone: string; limit: number; now?: Date },
): Promise<number> {
  return await sql.begin(async (tx) => {
    const hours = (await takeDirtyWindows(tx, limit)).map((hour) => Temporal.Instant.from(hour.toISOString()));
    if (hours.length > 0) await refreshWindows(tx, hours, zone);
    if (hours.length < limit) await refreshProductMonths(tx, zone, now);
    return hours.length;
  });
}

async function refreshWindows(tx: TransactionSql, hours: readonly Temporal.Instant[], zone: string): Promise<void> {
  const hourWindows = hours.map((start) => toWindow(start, start.add({ hours: 1 })));
  await refreshHourlyMetrics(tx, hourWindows, zone);
  await refreshRevenueBySource(tx, hourWindows, zone);
  const days = daysOf(hours, zone);
  const reported = await readReportedSums(tx, days, zone);
  await refreshDailyMetrics(tx, days, zone);
  if (reported) await recordRestatements(tx, reported, zone);
  await refreshProducts(tx, days, zone);
  await markProductMonths(tx, days, zone);
  await refreshOverview(tx, days, zone);
}

function toWindow(start: Temporal.Instant, end: Temporal.Instant): Window {
  return { start: start.toString(), end: end.toString() };
}

/** The days of the zone that any of the hours lies in: an hour of UTC may hold a midnight of a zone off by half an hour. */
function daysOf(hours: readonly Temporal.Instant[], zone: string): Window[] {
  const starts = hours
    .flatMap((hour) => [hour, hour.add({ hours: 1 }).subtract({ nanoseconds: 1 })])
    .map((instant) => shiftDays(instant, 0, zone));
  const distinct = new Map(
    starts.map((start) => [start.epochMilliseconds, toWindow(start, shiftDays(start, 1, zone))]),
  );
  return [...distinct.values()];
}
