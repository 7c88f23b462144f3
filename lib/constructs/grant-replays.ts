import { Stack } from 'aws-cdk-lib';
import type { Archive, EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { REPLAY_NAME_PREFIX } from '#contract/event-types.ts';
import { resourceVariables } from '#contract/variables.ts';
import { acknowledge } from './acknowledge.ts';

export interface ArchivedBus {
  readonly bus: EventBus;
  readonly archive: Archive;
}

/** What a function needs to start, follow and cancel replays from this archive to its own bus, and no others. */
export function grantArchiveReplays(handler: LambdaFunction, { bus, archive }: ArchivedBus): void {
  const actions = ['events:StartReplay', 'events:CancelReplay', 'events:DescribeReplay', 'events:DescribeArchive'];
  const resources = [archive.archiveArn, bus.eventBusArn, ownReplays(handler)];
  handler.addToRolePolicy(new PolicyStatement({ actions, resources }));
  handler.addEnvironment(resourceVariables.eventBus, bus.eventBusArn);
  handler.addEnvironment(resourceVariables.eventArchive, archive.archiveArn);
}

/** What a function needs to see what became of the service's replays. */
export function grantFollowing(handler: LambdaFunction): void {
  handler.addToRolePolicy(
    new PolicyStatement({ actions: ['events:DescribeReplay'], resources: [ownReplays(handler)] }),
  );
}

/** A replay has no ARN before it is started: those of the service are known by how their names begin. */
function ownReplays(handler: LambdaFunction): string {
  const replays = `${REPLAY_NAME_PREFIX}*`;
  const finding = `IAM5[Resource::arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:replay/${replays}]`;
  acknowledge(handler.role!, finding, 'The replays of this service, whose names are made as they start.');
  return Stack.of(handler).formatArn({ service: 'events', resource: 'replay', resourceName: replays });
}
