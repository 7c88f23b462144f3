import { metrics as metricNames } from '#contract/metrics.ts';
import { AnalyticsError } from '#core/errors.ts';
import { readAuditPosition } from '#db/audit/read-audit-position.ts';
import { readLogPositions } from '#db/audit/read-log-positions.ts';
import { countFindings } from '#db/audit/record-findings.ts';
import { readSettings } from '#runtime/config.ts';
import { database } from '#runtime/database.ts';
import { jobHandler } from '#runtime/job-handler.ts';
import { logger, metrics } from '#runtime/observability.ts';
import { auditLogs } from './audit-logs.ts';
import { auditTables } from './audit-tables.ts';

const NAME = 'audit-pii';
/** One more read, and to record what was found: all tables of the sample (27,000 events) took 3 s together. */
const RESERVE_MILLISECONDS = 30_000;

const { AUDIT_LOG_GROUPS: groups } = readSettings(['AUDIT_LOG_GROUPS']);

/**
 * Looks for personal data in every row of every table; then, where log groups are set, in what was logged since the last
 * pass. What there is no time for is left to the next run, so that a pass may take several. In the payload: {resume: true}
 * only goes on with a pass that was begun, {canaries: ["…"]} are texts to look for besides, from the beginning; they are
 * kept nowhere.
 */
export const handler = jobHandler(NAME, async (payload, { continuation, remainingMilliseconds }) => {
  const canaries = readCanaries(payload.canaries);
  const goesOn = payload.resume === true || continuation > 0;
  // A pass begun without these canaries would not have looked for them in what it has read
  const isNew = canaries.length > 0 && !goesOn;
  const left = isNew ? null : await readAuditPosition(database(), NAME);
  if (left === null && goesOn) return { rows: 0, found: 0, next: null };

  const passStartedAt = left?.passStartedAt ?? new Date().toISOString();
  const hasTime = () => remainingMilliseconds() > RESERVE_MILLISECONDS;
  const { rows, next: tables } =
    left?.tables === null
      ? { rows: 0, next: null }
      : await auditTables(database(), { position: { passStartedAt, ...left?.tables }, canaries, hasTime });
  const positions = isNew ? {} : await readLogPositions(database(), NAME);
  const logs = await auditLogs(database(), { groups, passStartedAt, positions, canaries, hasTime });
  const found = await countFindings(database(), passStartedAt);

  if (found > 0) logger.error('personal data found: the table pii_findings says where', { places: found });
  metrics.addMetric(metricNames.personalDataFound, 'Count', found);
  // What CloudWatch refused keeps no pass open: else a group that is not there would keep the tables from being read again
  const isDone = tables === null && logs.isDone;
  const next = isDone ? null : { passStartedAt, tables: tables && { ...tables } };
  return { rows, found, isDone, next, ...(groups.length > 0 && { logs }) };
});

/** Shorter ones would be found in anything. */
const MIN_CANARY = 6;

function readCanaries(value: unknown): string[] {
  if (value === undefined) return [];
  const isCanary = (text: unknown): text is string => typeof text === 'string' && text.length >= MIN_CANARY;
  if (!Array.isArray(value) || !value.every(isCanary)) {
    throw new AnalyticsError(`canaries: expected a list of texts of ${MIN_CANARY} characters at least`);
  }
  return value.map((text) => text.toLowerCase());
}
