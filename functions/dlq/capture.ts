import { metrics as metricNames } from '#contract';
import { reduceError } from '#core/errors.ts';
import { readSettings } from '#runtime/config.ts';
import { database, discardDatabase } from '#runtime/database.ts';
import { generateDataKey } from '#runtime/generate-data-key.ts';
import { loadPseudonymKeys } from '#runtime/load-pseudonym-keys.ts';
import { logger, metrics } from '#runtime/observability.ts';
import { sqsHandler } from '#runtime/sqs-handler.ts';
import { captureBatch } from './capture-batch.ts';

const settings = readSettings(['RAW_RETENTION_DAYS', 'MAX_FUTURE_HOURS']);

export const handler = sqsHandler(async (records) => {
  try {
    const captured = await captureBatch(records, {
      sql: database(),
      keys: await loadPseudonymKeys(),
      limits: {
        now: new Date(),
        rawRetentionDays: settings.RAW_RETENTION_DAYS,
        maxFutureHours: settings.MAX_FUTURE_HOURS,
      },
      generateDataKey,
    });
    metrics.addMetric(metricNames.deadLettersCaptured, 'Count', captured);
    return [];
  } catch (error) {
    // All stay in their queue, which has no further dead-letter queue to lose them in
    logger.error('dead letters could not be captured', { error: reduceError(error), letters: records.length });
    await discardDatabase();
    return records.map(({ messageId }) => messageId);
  }
});
