import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { settingRules } from '#core/settings.ts';
import type { Settings } from '../settings.ts';
import { acknowledge } from './acknowledge.ts';

/** Names of the log groups that the audit for personal data reads. */
export function auditedLogGroups({ functions }: Settings): readonly string[] {
  return settingRules.AUDIT_LOG_GROUPS.read(functions.AUDIT_LOG_GROUPS) ?? [];
}

/** The right to read the events of these log groups of this account, and of no others. */
export function grantLogs(handler: LambdaFunction, groups: readonly string[]): void {
  if (groups.length === 0) return;
  const arnOf = (group: string) =>
    Stack.of(handler).formatArn({
      ...{ service: 'logs', resource: 'log-group', arnFormat: ArnFormat.COLON_RESOURCE_NAME },
      resourceName: `${group}:*`, // of each of its streams: the form in which CloudWatch names a group's events
    });
  handler.addToRolePolicy(new PolicyStatement({ actions: ['logs:FilterLogEvents'], resources: groups.map(arnOf) }));
  for (const group of groups) {
    const finding = `IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:${group}:*]`;
    acknowledge(handler.role!, finding, 'The streams of a group that the setting names.');
  }
}
