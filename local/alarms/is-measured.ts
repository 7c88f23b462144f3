import { metricsNamespace } from '#contract/metrics.ts';
import type { MetricId } from './metric-store.ts';

/** What this machine measures of AWS's own metrics, by namespace; the functions report the rest themselves. */
const measured: Readonly<Record<string, readonly string[]>> = {
  'AWS/SQS': ['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage'],
  'AWS/Lambda': ['Invocations', 'Errors', 'Duration'],
  'AWS/ApiGateway': ['Count', '5xx'],
  'AWS/RDS': ['DatabaseConnections'],
  'AWS/Events': ['InvocationsFailedToBeSentToDlq'],
};

/** Whether anything on this machine ever reports it. */
export function isMeasured({ namespace, name }: Pick<MetricId, 'namespace' | 'name'>): boolean {
  return namespace === metricsNamespace || (measured[namespace]?.includes(name) ?? false);
}
