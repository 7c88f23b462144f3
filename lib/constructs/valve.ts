import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { consumers, functionName } from '#contract/functions.ts';
import { metrics, metricsNamespace, serviceName } from '#contract/metrics.ts';
import { resourceVariables } from '#contract/variables.ts';
import { acknowledge } from './acknowledge.ts';
import { RunbookAlarm } from './runbook-alarm.ts';

export interface ValveProps {
  /** The job that moves it. */
  readonly handler: LambdaFunction;
  readonly table: ITableV2;
}

/** What the valve's job needs beside its schedule, and the alarm for consumers that stay paused. */
export class Valve extends Construct {
  constructor(scope: Construct, id: string, { handler, table }: ValveProps) {
    super(scope, id);
    handler.addEnvironment(resourceVariables.valveTable, table.tableName);
    table.grant(handler, 'dynamodb:GetItem', 'dynamodb:UpdateItem');
    const stack = Stack.of(this);
    const arnOf = (resource: string, resourceName: string) =>
      stack.formatArn({ service: 'lambda', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['lambda:UpdateEventSourceMapping'],
        resources: [arnOf('event-source-mapping', '*')],
        conditions: {
          ArnLike: {
            'lambda:FunctionArn': Object.values(consumers).map((name) => arnOf('function', functionName(name))),
          },
        },
      }),
    );
    acknowledge(
      handler.role!,
      'IAM5[Resource::arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:event-source-mapping:*]',
      'A mapping is named by an id made at deployment; the condition leaves those of the consumers alone.',
    );
    handler.addToRolePolicy(
      // The listing takes no narrower resource.
      new PolicyStatement({ actions: ['lambda:ListEventSourceMappings'], resources: ['*'] }),
    );
    new RunbookAlarm(this, 'ValveClosedTooLong', {
      name: 'valve-closed-too-long',
      subject: 'ingestion',
      severity: 'P1',
      metric: new Metric({
        namespace: metricsNamespace,
        metricName: metrics.valveClosedMinutes,
        dimensionsMap: { service: serviceName },
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      above: 15,
      evaluationPeriods: 3,
      // The job reports each minute: without it paused consumers stay paused, and nobody would pause running ones.
      treatMissingData: TreatMissingData.BREACHING,
    });
  }
}
