import type { DeployedResource, Deployment } from '../template/deploy-template.ts';
import { ruleArn } from '../template/resource-attributes.ts';
import { checkPattern, type EventPattern } from './match-pattern.ts';

export interface RuleTarget {
  readonly queueArn: string;
  /** `$.detail`, or undefined for the whole event. */
  readonly inputPath: string | undefined;
  readonly deadLetterArn: string | undefined;
}

export interface BusRule {
  readonly arn: string;
  /** Name of the bus. */
  readonly bus: string;
  readonly pattern: EventPattern;
  readonly targets: readonly RuleTarget[];
}

interface TargetProperties {
  readonly Id: string;
  readonly Arn: string;
  readonly InputPath?: string;
  readonly Input?: unknown;
  readonly InputTransformer?: unknown;
  readonly DeadLetterConfig?: { readonly Arn: string };
}

/** The enabled rules with an event pattern. What a rule asks for beyond queues and `$.detail` stops the start. */
export function readRules(deployment: Deployment): readonly BusRule[] {
  return deployment.of('AWS::Events::Rule').flatMap((resource) => {
    const { EventPattern, EventBusName = 'default', State = 'ENABLED', Targets = [] } = resource.properties();
    if (!EventPattern || State === 'DISABLED') return [];
    checkPattern(EventPattern as EventPattern);
    const bus = String(EventBusName).split('/').at(-1)!;
    return {
      arn: ruleArn(bus, resource.name),
      bus,
      pattern: EventPattern as EventPattern,
      targets: (Targets as TargetProperties[]).map((target) => readTarget(resource, target)),
    };
  });
}

function readTarget({ logicalId }: DeployedResource, target: TargetProperties): RuleTarget {
  const { Arn, InputPath, Input, InputTransformer, DeadLetterConfig } = target;
  const beyond = Input !== undefined || InputTransformer !== undefined || (InputPath ?? '$.detail') !== '$.detail';
  if (beyond || !Arn.startsWith('arn:aws:sqs:')) {
    throw new Error(`Rule ${logicalId}: the local runner delivers to SQS queues, whole or by InputPath $.detail`);
  }
  return { queueArn: Arn, inputPath: InputPath, deadLetterArn: DeadLetterConfig?.Arn };
}
