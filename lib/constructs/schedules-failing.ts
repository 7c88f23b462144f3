import { Duration } from 'aws-cdk-lib';
import { Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { RunbookAlarm } from './runbook-alarm.ts';

/** The alarm for schedules whose functions cannot be invoked; a function that ran and failed is the job's own alarm. */
export class SchedulesFailing extends RunbookAlarm {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      name: 'schedules-failing',
      subject: 'jobs',
      severity: 'P2',
      metric: new Metric({
        namespace: 'AWS/Scheduler',
        metricName: 'TargetErrorCount',
        dimensionsMap: { ScheduleGroup: 'default' },
        statistic: Stats.SUM,
        period: Duration.minutes(5),
      }),
      above: 0,
      // Lambda refuses a call now and then, and the scheduler tries again.
      evaluationPeriods: 3,
      // EventBridge Scheduler reports errors only where there are some.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
