import type { Series } from './evaluate-expression.ts';
import type { LocalAlarm } from './read-alarms.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

type Rule = Pick<LocalAlarm, 'datapointsToAlarm' | 'threshold' | 'comparison' | 'treatMissingData'>;

const comparisons: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/**
 * An alarm's state over its evaluation periods, as CloudWatch's documentation has it ("Configuring how alarms treat missing
 * data"). Two things are simpler here: CloudWatch also looks at a few data points before the periods where some are
 * missing, and aligns periods to the clock. `unknown` of the periods were over before this system started: without data
 * they tell nothing, where on AWS they would count as missing.
 */
export function decideState(rule: Rule, series: Series, unknown: number, before: AlarmState): AlarmState {
  const breaches = comparisons[rule.comparison];
  if (!breaches) throw new Error(`${rule.comparison} is not evaluated here`);
  const found = series.filter((value) => value !== undefined);
  const missing = Math.max(0, series.length - found.length - unknown);
  const breaching = found.filter((value) => breaches(value, rule.threshold)).length;
  const bad = breaching + (rule.treatMissingData === 'breaching' ? missing : 0);
  if (bad >= rule.datapointsToAlarm) return 'ALARM';
  if (rule.treatMissingData === 'missing' && found.length === 0) return 'INSUFFICIENT_DATA';
  if (rule.treatMissingData === 'ignore' && found.length === 0) return before;
  if (rule.treatMissingData === 'breaching' && found.length === breaching) return before;
  return 'OK';
}
