import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { settingRules } from '#core/settings.ts';
import type { Settings } from '../settings.ts';
import { acknowledge } from './acknowledge.ts';

/** The right to write to the table that `TIMESTREAM_TABLE` names; none where it names none. */
export function grantTimestream(handler: LambdaFunction, { functions }: Settings): void {
  const named = settingRules.TIMESTREAM_TABLE.read(functions.TIMESTREAM_TABLE);
  if (!named) return;
  const table = Stack.of(handler).formatArn({
    service: 'timestream',
    resource: 'database',
    resourceName: `${named.database}/table/${named.table}`,
  });
  handler.addToRolePolicy(new PolicyStatement({ actions: ['timestream:WriteRecords'], resources: [table] }));
  handler.addToRolePolicy(new PolicyStatement({ actions: ['timestream:DescribeEndpoints'], resources: ['*'] }));
  acknowledge(handler.role!, 'IAM5[Resource::*]', 'The service has no resources for telling where its endpoints are.');
}
