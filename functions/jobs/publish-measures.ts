import type { Sql } from 'postgres';
import { metrics as metricNames } from '#contract/metrics.ts';
import { reduceError } from '#core/errors.ts';
import { type MeasureRecord, toRecords } from '#core/minute-measures.ts';
import { listIngestionMinutes, listSalesMinutes } from '#db/list-minute-measures.ts';
import { readSettings } from '#runtime/config.ts';
import { withDeadline } from '#runtime/deadline.ts';
import { logger, metrics } from '#runtime/observability.ts';

const MINUTE_MS = 60_000;
/** A run that did not come about is made up for by the next ones. */
const INGESTION_MINUTES = 5;
/** Orders come late more often than minutes are missed. */
const SALES_MINUTES = 60;
const MOST_RECORDS = 500;
const LONGEST_MS = 8_000;
const settings = readSettings(['TIMESTREAM_TABLE', 'TIMESTREAM_ENDPOINT']);

/**
 * Writes what the last whole minutes brought to Timestream, where a table is set. Whatever becomes of it, the run that
 * calls it goes on: it ends in time, and an error is logged and counted and goes no further.
 */
export async function publishMeasures(sql: Sql, now: Date): Promise<void> {
  const { TIMESTREAM_TABLE: table, TIMESTREAM_ENDPOINT: endpoint } = settings;
  if (table === '') return;
  let records: readonly MeasureRecord[] = [];
  try {
    const until = new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS);
    const ago = (minutes: number) => new Date(until.getTime() - minutes * MINUTE_MS);
    const ingestion = await listIngestionMinutes(sql, ago(INGESTION_MINUTES), until);
    const sales = await listSalesMinutes(sql, ago(SALES_MINUTES), until);
    records = toRecords(ingestion, sales, now.getTime()).slice(0, MOST_RECORDS);
    const { writeRecords } = await import('#runtime/timestream-sink.ts'); // loaded by those who use it
    const { written, rejected } = await withDeadline(LONGEST_MS, () =>
      writeRecords(records, { table, endpoint: endpoint || undefined }),
    );
    metrics.addMetric(metricNames.measuresWritten, 'Count', written);
    metrics.addMetric(metricNames.measuresLost, 'Count', rejected);
    if (rejected > 0) logger.warn('measures rejected by Timestream', { written, rejected });
  } catch (error) {
    metrics.addMetric(metricNames.measuresLost, 'Count', records.length);
    logger.warn('measures not written to Timestream', { error: reduceError(error), records: records.length });
  }
}
