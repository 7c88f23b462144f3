import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { JobRow } from '#contract/jobs.ts';
import { dimensions, metrics, metricsNamespace, serviceName } from '#contract/metrics.ts';
import { longestGap } from '../cron-pattern.ts';
import { RunbookAlarm } from './runbook-alarm.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** CloudWatch looks back seven days at most, in periods of an hour or more; one day in shorter ones. */
const LONGEST_LOOK_HOURS = 7 * 24;
/** A run's own time, its two retries, and the hour by which a clock is put back. */
const SLACK_HOURS = 3;

/** The alarm for a job of which no run succeeded for longer than its schedules leave between two. */
export class JobNotRun extends RunbookAlarm {
  constructor(scope: Construct, id: string, { job }: { readonly job: Pick<JobRow, 'name' | 'schedules'> }) {
    const { period, evaluationPeriods } = lookBack(job);
    super(scope, id, {
      name: 'job-not-run',
      subject: job.name,
      severity: 'P2',
      metric: new Metric({
        namespace: metricsNamespace,
        metricName: metrics.jobSucceeded,
        dimensionsMap: { service: serviceName, [dimensions.job]: job.name },
        statistic: Stats.SUM,
        period,
      }),
      above: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods,
      // A job that does not run reports nothing: that is what this is about.
      treatMissingData: TreatMissingData.BREACHING,
    });
  }
}

/** Three runs of those each few minutes; of others the longest time between two, and some slack. */
function lookBack({ name, schedules }: Pick<JobRow, 'name' | 'schedules'>) {
  const gap = Math.min(...schedules.map(({ expression }) => longestGap(expression)));
  if (gap < HOUR) {
    const period = Duration.minutes(5);
    return { period, evaluationPeriods: Math.max(3, Math.ceil((3 * gap) / period.toMilliseconds())) };
  }
  const evaluationPeriods = Math.ceil(gap / HOUR) + SLACK_HOURS;
  if (evaluationPeriods > LONGEST_LOOK_HOURS) {
    throw new Error(`Job ${name}: no alarm can tell that it did not run, since two runs are ${gap / HOUR} hours apart`);
  }
  return { period: Duration.hours(1), evaluationPeriods };
}
