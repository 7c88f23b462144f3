import { Temporal } from 'temporal-polyfill';
import { watchMetrics } from '#contract/metrics.ts';
import { AnalyticsError } from '#core/errors.ts';
import { shiftDays } from '#core/time-windows.ts';
import { HEARTBEAT_WEEKS } from '#core/watch/find-silent-types.ts';
import { judgeWatch, type WatchFinding } from '#core/watch/judge-watch.ts';
import { countEventsByWindow } from '#db/watch/count-events-by-window.ts';
import { listMissingMonths } from '#db/watch/list-missing-months.ts';
import { readDailyAggregation } from '#db/watch/read-daily-aggregation.ts';
import { readLooks } from '#db/watch/read-looks.ts';
import { readValveMinutes } from '#db/watch/read-valve-minutes.ts';
import { readSettings } from '#runtime/config.ts';
import { database } from '#runtime/database.ts';
import { jobHandler } from '#runtime/job-handler.ts';
import { logger, metrics } from '#runtime/observability.ts';

const { ANALYTICS_TIME_ZONE: zone } = readSettings(['ANALYTICS_TIME_ZONE']);

/** Looks for what should have been done and was not. In the payload: {now}, the moment to look from. */
export const handler = jobHandler('watch', async (payload, { scheduledAt }) => {
  const now = payload.now === undefined ? Temporal.Instant.from(scheduledAt.toISOString()) : readClock(payload.now);
  const { look, findings } = await lookAround(now);
  for (const [kind, metric] of Object.entries(watchMetrics)) {
    metrics.addMetric(metric, 'Count', findings.filter((finding) => finding.kind === kind).length);
  }
  for (const { kind } of findings) logger.warn('watch found', { kind });
  return { findings: findings.map((finding) => ({ ...finding })), look: { ...look } };
});

async function lookAround(now: Temporal.Instant) {
  const sql = database();
  const at = now.toString();
  const day = { from: shiftDays(now, -1, zone).toString(), to: shiftDays(now, 0, zone).toString() };
  const { isSettled, ...aggregation } = await readDailyAggregation(sql, day, at);
  const month = now.toZonedDateTimeISO('UTC').toPlainDate().with({ day: 1 });
  const months = [month, month.add({ months: 1 })].map((start) => start.toZonedDateTime('UTC').toInstant().toString());
  const looks = await readLooks(sql, at);
  const findings: readonly WatchFinding[] = judgeWatch({
    ...{ isSettled, day: aggregation, looks },
    missingMonths: await listMissingMonths(sql, months),
    types: await countEventsByWindow(sql, at, HEARTBEAT_WEEKS),
    valveMinutes: await readValveMinutes(sql, at),
  });
  return { look: looks.at(-1)!, findings };
}

function readClock(value: unknown): Temporal.Instant {
  try {
    return Temporal.Instant.from(String(value));
  } catch {
    // Temporal's own message quotes the value
    throw new AnalyticsError('now: expected an RFC 3339 instant with offset');
  }
}
