import { metrics as metricNames } from '#contract';
import { reduceError } from '#core/errors.ts';
import { ensureEventPartitions } from '#db/ensure-event-partitions.ts';
import { guardDatabase } from '#runtime/breaker.ts';
import { readSettings } from '#runtime/config.ts';
import { database, discardDatabase } from '#runtime/database.ts';
import { recall, remember } from '#runtime/idempotency-records.ts';
import { loadPseudonymKeys } from '#runtime/load-pseudonym-keys.ts';
import { logger, metrics } from '#runtime/observability.ts';
import { sendDeadLetters } from '#runtime/send-dead-letters.ts';
import { sqsHandler } from '#runtime/sqs-handler.ts';
import { ingestBatch } from './ingest-batch.ts';
import { storeEvents } from './store-events.ts';

const settings = readSettings(['RAW_RETENTION_DAYS', 'MAX_FUTURE_HOURS']);
/** `YYYY-MM` of partitions that this environment knows to be there. */
const months = new Set<string>();

export const handler = sqsHandler(async (records, remaining) => {
  const keys = await loadPseudonymKeys();
  const outcome = await ingestBatch(records, {
    keys,
    limits: {
      now: new Date(),
      rawRetentionDays: settings.RAW_RETENTION_DAYS,
      maxFutureHours: settings.MAX_FUTURE_HOURS,
    },
    recall,
    remember,
    store: async (batch) => {
      await ensurePartitions(batch.map(({ event }) => event.occurred_at));
      return await storeEvents(database(), batch, keys);
    },
    guard: guardDatabase,
    remaining,
    forgetPartitions: () => months.clear(),
    discardClient: discardDatabase,
    deadLetter: sendDeadLetters,
    onFailure: (error, messages) => {
      logger.error('events could not be stored', { error: reduceError(error), messages });
    },
  });
  metrics.addMetric(metricNames.eventsReceived, 'Count', records.length);
  metrics.addMetric(metricNames.eventsStored, 'Count', outcome.stored);
  metrics.addMetric(metricNames.eventsDuplicate, 'Count', outcome.duplicates);
  metrics.addMetric(metricNames.eventsRejected, 'Count', outcome.rejected);
  metrics.addMetric(metricNames.eventsFailed, 'Count', outcome.failedIds.length);
  return outcome.failedIds;
});

async function ensurePartitions(instants: readonly string[]): Promise<void> {
  const unknown = instants.filter((instant) => !months.has(instant.slice(0, 7)));
  if (unknown.length === 0) return;
  await ensureEventPartitions(database(), unknown);
  for (const instant of unknown) months.add(instant.slice(0, 7));
}
