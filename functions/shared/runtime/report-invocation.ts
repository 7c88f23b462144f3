import type { MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { metrics as metricNames } from '#contract/metrics.ts';
import { measureBy } from './measure-by.ts';
import { metrics } from './observability.ts';

const BYTES_PER_MB = 1024 * 1024;

/**
 * Tells what every function has: cold starts, and the share of its memory that is in use at the end. Then publishes the
 * invocation's metrics, where Powertools' own middleware would warn of an invocation without any.
 */
export function reportInvocation(): MiddlewareObj<unknown, unknown, Error, Context> {
  return {
    before: ({ context }) => metrics.captureColdStartMetric(context.functionName),
    after: reportUse,
    onError: reportUse,
  };
}

/** At the end of an invocation: its share of the memory, and whatever it counted. */
export function reportUse({ context }: { readonly context: Context }): void {
  const percent = (100 * process.memoryUsage.rss()) / (Number(context.memoryLimitInMB) * BYTES_PER_MB);
  measureBy({ function: context.functionName }, metricNames.memoryUsedPercent, 'Percent', Number(percent.toFixed(1)));
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}
