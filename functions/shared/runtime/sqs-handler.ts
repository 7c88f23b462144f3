import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { afterThaw } from './deadline.ts';
import { logger, metrics, tracer } from './observability.ts';

/** What is left to answer: a batch that times out counts as failed whole, also where it had succeeded. */
const MARGIN_MS = 2_000;

/** @param remaining milliseconds in which every database operation has to end */
type ProcessBatch = (records: readonly SQSRecord[], remaining: () => number) => Promise<readonly string[]>;

/**
 * Wraps a use case that takes a batch and returns the ids of the messages to deliver again. The mapping reports batch
 * item failures, so an empty list acknowledges the whole batch.
 */
export function sqsHandler(processBatch: ProcessBatch) {
  return middy(async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const remaining = () => context.getRemainingTimeInMillis() - MARGIN_MS;
    const failedIds = await afterThaw(() => processBatch(event.Records, remaining));
    return { batchItemFailures: [...new Set(failedIds)].map((itemIdentifier) => ({ itemIdentifier })) };
  })
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .use(captureLambdaHandler(tracer, { captureResponse: false }));
}
