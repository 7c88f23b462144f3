import { randomUUID } from 'node:crypto';
import type { SqsQueue } from '../../node_modules/fauxqs/dist/sqs/sqsStore.js';
import { type LambdaFunction, MAX_WORKERS } from '../lambda/run-function.ts';
import type { Deployment } from '../template/deploy-template.ts';
import { arn } from '../template/resource-attributes.ts';
import type { MappingSettings } from './run-mapping.ts';
import type { Queues } from './start-queues.ts';

export interface QueueMapping {
  /** As Lambda's API knows it. */
  readonly id: string;
  readonly queue: SqsQueue;
  readonly fn: LambdaFunction;
  readonly settings: MappingSettings;
}

interface MappingProperties {
  readonly EventSourceArn: string;
  readonly FunctionName: string;
  readonly BatchSize?: number;
  readonly MaximumBatchingWindowInSeconds?: number;
  readonly FunctionResponseTypes?: readonly string[];
  readonly ScalingConfig?: { readonly MaximumConcurrency?: number };
  readonly FilterCriteria?: unknown;
  readonly Enabled?: boolean;
}

/** The event source mappings of the templates, disabled ones too. What this runner cannot do stops the start. */
export function readMappings(
  deployment: Deployment,
  findFunction: (arn: string) => LambdaFunction | undefined,
  queues: Pick<Queues, 'find'>,
): readonly QueueMapping[] {
  return deployment.of('AWS::Lambda::EventSourceMapping').map((resource) => {
    const mapping = resource.properties() as unknown as MappingProperties;
    const queue = queues.find(mapping.EventSourceArn);
    const fn = findFunction(functionArn(mapping.FunctionName));
    if (!queue || !fn || mapping.FilterCriteria) {
      throw new Error(`${resource.logicalId}: the local runner maps SQS queues to functions, without filters`);
    }
    const settings = {
      batchSize: Number(mapping.BatchSize ?? 10),
      windowSeconds: Number(mapping.MaximumBatchingWindowInSeconds ?? 0),
      maxConcurrency: Number(mapping.ScalingConfig?.MaximumConcurrency ?? MAX_WORKERS),
      isEnabled: mapping.Enabled ?? true,
      reportsFailures: mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
    };
    return { id: randomUUID(), queue, fn, settings };
  });
}

const functionArn = (nameOrArn: string) =>
  nameOrArn.startsWith('arn:') ? nameOrArn : arn('lambda', `function:${nameOrArn}`);
