import { metrics as metricNames } from '#contract/metrics.ts';
import { reduceError } from '#core/errors.ts';
import { guardDatabase } from '#runtime/breaker.ts';
import { readSettings } from '#runtime/config.ts';
import { database, discardDatabase } from '#runtime/database.ts';
import { withDeadline } from '#runtime/deadline.ts';
import { generateDataKey } from '#runtime/generate-data-key.ts';
import { loadPseudonymKeys } from '#runtime/load-pseudonym-keys.ts';
import { logger, metrics } from '#runtime/observability.ts';
import { sqsHandler } from '#runtime/sqs-handler.ts';
import { captureBatch } from './capture-batch.ts';

const settings = readSettings(['RAW_RETENTION_DAYS', 'MAX_FUTURE_HOURS']);

export const handler = sqsHandler(async (records, remaining) => {
  try {
    // Not under the guard: what they fail with says nothing of the database
    const [keys, dataKey] = await Promise.all([loadPseudonymKeys(), generateDataKey()]);
    const limits = {
      now: new Date(),
      rawRetentionDays: settings.RAW_RETENTION_DAYS,
      maxFutureHours: settings.MAX_FUTURE_HOURS,
    };
    const dependencies = () => ({ sql: database(), keys, limits, generateDataKey: async () => dataKey });
    const captured = await guardDatabase(() => withDeadline(remaining(), () => captureBatch(records, dependencies())));
    metrics.addMetric(metricNames.deadLettersCaptured, 'Count', captured);
    return { failedIds: [], counts: { captured } };
  } catch (error) {
    // All stay in their queue, which has no further dead-letter queue to lose them in
    logger.error('dead letters could not be captured', { error: reduceError(error), letters: records.length });
    await discardDatabase();
    return { failedIds: records.map(({ messageId }) => messageId), counts: { captured: 0 } };
  }
});
