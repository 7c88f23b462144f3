import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { logger, metrics, tracer } from './observability.ts';

/**
 * Wraps a use case that takes a batch and returns the ids of the messages to deliver again. The mapping reports batch
 * item failures, so an empty list acknowledges the whole batch.
 */
export function sqsHandler(processBatch: (records: readonly SQSRecord[]) => Promise<readonly string[]>) {
  return middy(async (event: SQSEvent, _context: Context): Promise<SQSBatchResponse> => {
    const failedIds = await processBatch(event.Records);
    return { batchItemFailures: [...new Set(failedIds)].map((itemIdentifier) => ({ itemIdentifier })) };
  })
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .use(captureLambdaHandler(tracer, { captureResponse: false }));
}
