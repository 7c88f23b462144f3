import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { typeOfQueue, UNMATCHED } from '#contract/event-types.ts';
import { metrics as metricNames } from '#contract/metrics.ts';
import { afterThaw } from './deadline.ts';
import { measureBy } from './measure-by.ts';
import { logger, tracer } from './observability.ts';
import { reportInvocation } from './report-invocation.ts';

/** What is left to answer: a batch that times out counts as failed whole, also where it had succeeded. */
const MARGIN_MS = 2_000;

export interface BatchResult {
  /** Of the messages to deliver again. */
  readonly failedIds: readonly string[];
  /** What became of the messages, for the log. */
  readonly counts: Readonly<Record<string, number>>;
}

/** @param remaining milliseconds in which every database operation has to end */
type ProcessBatch = (records: readonly SQSRecord[], remaining: () => number) => Promise<BatchResult>;

/**
 * Wraps a use case that takes a batch and returns the ids of the messages to deliver again. The mapping reports batch
 * item failures, so an empty list acknowledges the whole batch.
 */
export function sqsHandler(processBatch: ProcessBatch) {
  return middy(async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const began = performance.now();
    const remaining = () => context.getRemainingTimeInMillis() - MARGIN_MS;
    const { failedIds, counts } = await afterThaw(() => processBatch(Records, remaining));
    const failed = new Set(failedIds);
    const milliseconds = Math.round(performance.now() - began);
    const queue = typeOfQueue(Records[0]?.eventSourceARN ?? '') ?? UNMATCHED;
    logger.info('batch done', { queue, received: Records.length, failed: failed.size, ...counts, milliseconds });
    measureBy({ function: context.functionName }, metricNames.batchLatency, 'Milliseconds', milliseconds);
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  })
    .use(injectLambdaContext(logger))
    .use(reportInvocation())
    .use(captureLambdaHandler(tracer, { captureResponse: false }));
}
