import { metrics as metricNames } from '#contract/metrics.ts';
import { reduceError } from '#core/errors.ts';
import type { MaskedEvent } from '#core/event.ts';
import { ensureEventPartitions } from '#db/ensure-event-partitions.ts';
import { guardDatabase } from '#runtime/breaker.ts';
import { readSettings } from '#runtime/config.ts';
import { database, discardDatabase } from '#runtime/database.ts';
import { recall, remember } from '#runtime/idempotency-records.ts';
import { loadPseudonymKeys } from '#runtime/load-pseudonym-keys.ts';
import { logger, metrics } from '#runtime/observability.ts';
import { sendDeadLetters } from '#runtime/send-dead-letters.ts';
import { sendTraceSegments } from '#runtime/send-trace-segments.ts';
import { sqsHandler } from '#runtime/sqs-handler.ts';
import { ingestBatch } from './ingest-batch.ts';
import { storeEvents } from './store-events.ts';

const settings = readSettings(['RAW_RETENTION_DAYS', 'MAX_FUTURE_HOURS']);
/** `YYYY-MM` of partitions that this environment knows to be there. */
const months = new Set<string>();

export const handler = sqsHandler(async (records, remaining) => {
  const began = Date.now();
  const steps = { recall: 0, store: 0 };
  const timed = async <Result>(step: keyof typeof steps, run: () => Promise<Result>) => {
    const start = performance.now();
    try {
      return await run();
    } finally {
      steps[step] += Math.round(performance.now() - start);
    }
  };
  const keys = await loadPseudonymKeys();
  const { failedIds, stored, storedEvents, duplicates, rejected } = await ingestBatch(records, {
    keys,
    limits: {
      now: new Date(),
      rawRetentionDays: settings.RAW_RETENTION_DAYS,
      maxFutureHours: settings.MAX_FUTURE_HOURS,
    },
    recall: async (entries) => {
      const known = await timed('recall', () => recall(entries));
      metrics.addMetric(metricNames.filterHits, 'Count', known.length);
      return known;
    },
    remember,
    store: async (batch) => {
      await ensurePartitions(batch.map(({ event }) => event.occurred_at));
      return await timed('store', () => storeEvents(database(), batch, keys));
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
  metrics.addMetric(metricNames.eventsStored, 'Count', stored);
  metrics.addMetric(metricNames.eventsDuplicate, 'Count', duplicates);
  metrics.addMetric(metricNames.eventsRejected, 'Count', rejected);
  metrics.addMetric(metricNames.eventsFailed, 'Count', failedIds.length);
  for (const seconds of lags(storedEvents, Date.now())) metrics.addMetric(metricNames.eventLag, 'Seconds', seconds);
  logger.debug('batch steps', { milliseconds: steps });
  sendTraceSegments(storedEvents, began);
  return { failedIds, counts: { stored, duplicates, rejected } };
});

/** A metric takes 100 values a line; so many of a batch, evenly from its fastest to its slowest, keep its percentiles. */
const LAG_VALUES = 50;

/** Seconds from the event's time until now, least first. A producer's clock may be ahead of ours. */
function lags(events: readonly MaskedEvent[], now: number): number[] {
  const all = events.map(({ time }) => Math.max(0, (now - Date.parse(time)) / 1000)).sort((a, b) => a - b);
  const count = Math.min(all.length, LAG_VALUES);
  return Array.from({ length: count }, (_, index) => all[Math.floor(((index + 0.5) * all.length) / count)] ?? 0);
}

async function ensurePartitions(instants: readonly string[]): Promise<void> {
  const unknown = instants.filter((instant) => !months.has(instant.slice(0, 7)));
  if (unknown.length === 0) return;
  await ensureEventPartitions(database(), unknown);
  for (const instant of unknown) months.add(instant.slice(0, 7));
}
