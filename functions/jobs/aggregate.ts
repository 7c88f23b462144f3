import { metrics as metricNames } from '#contract/metrics.ts';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { compactDataChanges } from '#db/compact-data-changes.ts';
import { markWindows } from '#db/mark-windows.ts';
import { markZoneChange } from '#db/mark-zone-change.ts';
import { readFreshnessOfStore } from '#db/read-freshness-of-store.ts';
import { reportDays } from '#db/restate/report-days.ts';
import { readSettings } from '#runtime/config.ts';
import { database } from '#runtime/database.ts';
import { jobHandler } from '#runtime/job-handler.ts';
import { metrics } from '#runtime/observability.ts';
import { publishMeasures } from './publish-measures.ts';
import { readRange, reportableUntil } from './read-range.ts';

const HOURS_PER_TRANSACTION = 500;
/** A transaction of that many hours took under 10 s on two cores; what is left stays dirty for the next minute's run. */
const RESERVE_MILLISECONDS = 30_000;
const { ANALYTICS_TIME_ZONE: zone } = readSettings(['ANALYTICS_TIME_ZONE']);

/** Recomputes what is dirty; with `day` or `from` and `to` in the payload, that range is made dirty first. */
export const handler = jobHandler('aggregate', async (payload, { scheduledAt, remainingMilliseconds }) => {
  const range = readRange(payload, scheduledAt, zone);
  const rezoned = await markZoneChange(database(), zone);
  const marked = rezoned + (range ? await markWindows(database(), range.from, range.to) : 0);
  let hours = 0;
  let isDone = false;
  while (!isDone && remainingMilliseconds() > RESERVE_MILLISECONDS) {
    const recomputed = await aggregateWindows(database(), { zone, limit: HOURS_PER_TRANSACTION });
    hours += recomputed;
    isDone = recomputed < HOURS_PER_TRANSACTION;
  }
  const isDaily = payload.day === 'yesterday';
  if (isDone) await reportDays(database(), { zone, until: reportableUntil(scheduledAt, zone, isDaily), isDaily });
  await compactDataChanges(database());
  metrics.addMetric(metricNames.windowsAggregated, 'Count', hours);
  const now = new Date();
  const { newestEventAt, pendingWindows } = await readFreshnessOfStore(database(), now);
  metrics.addMetric(metricNames.windowsPending, 'Count', pendingWindows);
  if (newestEventAt) {
    const seconds = Math.max(0, (now.getTime() - newestEventAt.getTime()) / 1000);
    metrics.addMetric(metricNames.freshness, 'Seconds', seconds);
  }
  await publishMeasures(database(), now);
  return { marked, hours, isDone, ...(range && { range: { ...range } }) };
});
