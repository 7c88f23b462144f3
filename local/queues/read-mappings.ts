import type { SqsQueue } from '../../node_modules/fauxqs/dist/sqs/sqsStore.js';
import { type LambdaFunction, MAX_WORKERS } from '../lambda/run-function.ts';
import type { Deployment } from '../template/deploy-template.ts';
import { arn } from '../template/resource-attributes.ts';
import type { MappingSettings } from './run-mapping.ts';
import type { Queues } from './start-queues.ts';

export interface QueueMapping {
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

/** The enabled event source mappings of the templates. What this runner cannot do stops the start. */
export function readMappings(
  deployment: Deployment,
  findFunction: (arn: string) => LambdaFunction | undefined,
  queues: Pick<Queues, 'find'>,
): readonly QueueMapping[] {
  return deployment.of('AWS::Lambda::EventSourceMapping').flatMap((resource) => {
    const mapping = resource.properties() as unknown as MappingProperties;
    if (mapping.Enabled === false) return [];
    const queue = queues.find(mapping.EventSourceArn);
    const fn = findFunction(functionArn(mapping.FunctionName));
    if (!queue || !fn || mapping.FilterCriteria) {
      throw new Error(`${resource.logicalId}: the local runner maps SQS queues to functions, without filters`);
    }
    const settings = {
      batchSize: Number(mapping.BatchSize ?? 10),
      windowSeconds: Number(mapping.MaximumBatchingWindowInSeconds ?? 0),
      // Beyond the function's workers a batch would only wait here, with its visibility running.
      maxConcurrency: Math.min(Number(mapping.ScalingConfig?.MaximumConcurrency ?? MAX_WORKERS), MAX_WORKERS),
      reportsFailures: mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
    };
    return { queue, fn, settings };
  });
}

const functionArn = (nameOrArn: string) =>
  nameOrArn.startsWith('arn:') ? nameOrArn : arn('lambda', `function:${nameOrArn}`);
