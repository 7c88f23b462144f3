import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { metrics, metricsNamespace, serviceName } from '#contract/metrics.ts';
import { RunbookAlarm } from './runbook-alarm.ts';

const PERIOD_MINUTES = 5;

/** The alarm for a whole shop that sends nothing; one type that falls silent is the job `watch`'s to find. */
export class IngestionSilent extends RunbookAlarm {
  constructor(scope: Construct, id: string, { minutes }: { readonly minutes: number }) {
    super(scope, id, {
      name: 'no-events',
      subject: 'ingestion',
      severity: 'P1',
      metric: new Metric({
        namespace: metricsNamespace,
        metricName: metrics.eventsReceived,
        dimensionsMap: { service: serviceName },
        statistic: Stats.SUM,
        period: Duration.minutes(PERIOD_MINUTES),
      }),
      above: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: minutes / PERIOD_MINUTES,
      // Without an event no function runs, so nothing reports: that silence is what this is about.
      treatMissingData: TreatMissingData.BREACHING,
    });
  }
}
