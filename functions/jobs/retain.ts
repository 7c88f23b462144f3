import { metrics as metricNames } from '#contract/metrics.ts';
import { reduceError } from '#core/errors.ts';
import { comingMonths, daysPastRetention, isPastRetention, ledgerDays } from '#core/retention.ts';
import { ensureEventPartitions } from '#db/ensure-event-partitions.ts';
import { listMonths } from '#db/retain/list-months.ts';
import { readSettings } from '#runtime/config.ts';
import { database } from '#runtime/database.ts';
import { exportObjects } from '#runtime/export-objects.ts';
import { jobHandler } from '#runtime/job-handler.ts';
import { logger, metrics } from '#runtime/observability.ts';
import { expireRows } from './expire-rows.ts';
import { retireMonth } from './retire-month.ts';

/** One more file, or one more slice: neither took 10 s on two cores. */
const RESERVE_MILLISECONDS = 60_000;
/** A month's way out takes two runs; one that is a week late needs a person. */
const OVERDUE_DAYS = 7;

const settings = readSettings([
  'RAW_RETENTION_DAYS',
  'MAX_FUTURE_HOURS',
  'LEDGER_RETENTION_DAYS',
  'DEAD_LETTER_RETENTION_DAYS',
]);
const rawRetentionDays = settings.RAW_RETENTION_DAYS;
const retention = {
  ledgerDays: ledgerDays(settings.LEDGER_RETENTION_DAYS, rawRetentionDays, settings.MAX_FUTURE_HOURS),
  deadLetterDays: settings.DEAD_LETTER_RETENTION_DAYS,
};
const objects = exportObjects();

/**
 * Makes the coming months' partitions, takes months past retention out of the database into files, and deletes entries of
 * the ledger, dead letters and runs past theirs. All counts back from the time the run is for, or now if that is earlier.
 */
export const handler = jobHandler('retain', async (_payload, { scheduledAt, remainingMilliseconds }) => {
  const now = new Date(Math.min(scheduledAt.getTime(), Date.now()));
  const hasTime = () => remainingMilliseconds() > RESERVE_MILLISECONDS;
  const sql = database();
  await ensureEventPartitions(sql, comingMonths(now));

  const past = (await listMonths(sql)).filter(({ month }) => isPastRetention(month, now, rawRetentionDays));
  const months: Record<string, string> = {};
  const limits = { hasTime, blocksPerRead: 256, fileBytes: 8 * 2 ** 20 };
  const failures: unknown[] = [];
  for (const known of past) {
    try {
      months[known.month] = await retireMonth(sql, objects, known, limits);
    } catch (error) {
      // The others, and what expires, must not wait for this one
      logger.error('month could not be retired', { month: known.month, error: reduceError(error) });
      failures.push(error);
    }
  }

  const overdue = (await listMonths(sql)).filter(
    ({ month, state }) => state !== 'detached' && daysPastRetention(month, now, rawRetentionDays) > OVERDUE_DAYS,
  );
  metrics.addMetric(metricNames.monthsOverdue, 'Count', overdue.length);
  const expired = await expireRows(sql, now, retention, hasTime);
  if (failures.length > 0) throw failures[0];
  const isDone = expired.isDone && !Object.values(months).includes('no time');
  return { months, overdue: overdue.length, expired, isDone };
});
