import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { RunbookAlarm } from './runbook-alarm.ts';

/** The alarm for a table on demand that refuses calls, which it does when traffic more than doubles within half an hour. */
export class TableThrottled extends RunbookAlarm {
  constructor(scope: Construct, id: string, props: { readonly table: ITableV2; readonly subject: string }) {
    const of = (metricName: string) =>
      new Metric({
        namespace: 'AWS/DynamoDB',
        metricName,
        dimensionsMap: { TableName: props.table.tableName },
        statistic: Stats.SUM,
      });
    super(scope, id, {
      name: 'table-throttled',
      subject: props.subject,
      severity: 'P2',
      metric: new MathExpression({
        expression: 'FILL(reads, 0) + FILL(writes, 0)',
        usingMetrics: { reads: of('ReadThrottleEvents'), writes: of('WriteThrottleEvents') },
        period: Duration.minutes(5),
        label: 'Calls refused',
      }),
      above: 0,
      evaluationPeriods: 3,
      // DynamoDB reports throttles only where there are some.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
