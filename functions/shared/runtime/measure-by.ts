import type { MetricUnit } from '@aws-lambda-powertools/metrics/types';
import type { dimensions } from '#contract/metrics.ts';
import { metrics } from './observability.ts';

/**
 * One value under dimensions of its own, published at once. Each combination of values is a metric that is paid for: only
 * what the contract table or the templates list may be a value.
 */
export function measureBy(
  by: Readonly<Partial<Record<keyof typeof dimensions, string>>>,
  name: string,
  unit: MetricUnit,
  value: number,
): void {
  metrics
    .singleMetric()
    .addDimensions({ ...by })
    .addMetric(name, unit, value);
}
