import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Severity } from '#contract/jobs.ts';
import { dimensions, metrics, metricsNamespace, serviceName } from '#contract/metrics.ts';
import { RunbookAlarm } from './runbook-alarm.ts';

export interface FunctionAlarmsProps {
  readonly fn: LambdaFunction;
  readonly name: string;
  readonly timeout: Duration;
  /** Callers or queues wait for it. A job's failures and lateness have alarms of their own, and it may use all its time. */
  readonly serves: boolean;
  /** How long it takes is its caller's to say. */
  readonly streams?: boolean;
}

/** Below the deadline that the handlers give themselves (timeout − 2 s), past which they answer that there was no time. */
const SLOW_SHARE = 0.8;

/** Memory of any function; failures, throttles and slowness of those that serve. */
export class FunctionAlarms extends Construct {
  constructor(scope: Construct, id: string, { fn, name, timeout, serves, streams = false }: FunctionAlarmsProps) {
    super(scope, id);
    const alarm = (alarmName: string, severity: Severity, metric: IMetric, above: number, periods: number) =>
      new RunbookAlarm(this, alarmName, {
        ...{ name: alarmName, subject: name, severity, metric, above },
        evaluationPeriods: periods,
        // No invocation, no data: a function that nobody calls is neither failing nor slow.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    // Of Lambda's own metrics none is of memory, and Lambda Insights costs several times this one: the functions report it.
    const memory = new Metric({
      namespace: metricsNamespace,
      metricName: metrics.memoryUsedPercent,
      dimensionsMap: { service: serviceName, [dimensions.function]: fn.functionName },
      statistic: Stats.MAXIMUM,
      period: Duration.minutes(5),
    });
    alarm('function-memory', 'P2', memory, 90, 1);
    if (!serves) return;
    const fiveMinutes = { period: Duration.minutes(5) };
    // Handlers answer for what fails within them; an error is a crash, a timeout or a start that failed. One mends itself.
    alarm('function-errors', 'P2', fn.metricErrors(fiveMinutes), 0, 3);
    alarm('function-throttled', 'P2', fn.metricThrottles(fiveMinutes), 0, 3);
    if (streams) return;
    const slowest = fn.metricDuration({ ...fiveMinutes, statistic: Stats.MAXIMUM });
    alarm('function-near-timeout', 'warning', slowest, SLOW_SHARE * timeout.toMilliseconds(), 3);
  }
}
