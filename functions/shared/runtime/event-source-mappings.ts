import {
  type EventSourceMappingConfiguration,
  LambdaClient,
  paginateListEventSourceMappings,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { eventTypes, LEAST_CONCURRENCY, queueName } from '#contract/event-types.ts';
import { consumers, functionName } from '#contract/functions.ts';
import { reduceError } from '#core/errors.ts';
import type { Change, Mapping } from '#core/plan-mappings.ts';
import { logger } from './observability.ts';

const client = new LambdaClient({});
const concurrencies = new Map<string, number>(
  eventTypes.map(({ type, maxConcurrency }) => [queueName(type), maxConcurrency]),
);

/**
 * The mappings between the queues and their consumers. Listed by function, not told by the stack: one that a deployment
 * has just added is paused along with the rest. `factor` is `INGEST_CONCURRENCY_FACTOR`.
 */
export async function listMappings(factor: number): Promise<Mapping[]> {
  const mappings: Mapping[] = [];
  for (const consumer of Object.values(consumers)) {
    for await (const page of paginateListEventSourceMappings({ client }, { FunctionName: functionName(consumer) }))
      mappings.push(...(page.EventSourceMappings ?? []).map((each) => toMapping(each, factor)));
  }
  return mappings;
}

const disabled = ['Disabled', 'Disabling', 'Deleting'];

function toMapping(configuration: EventSourceMappingConfiguration, factor: number): Mapping {
  const { UUID, State, EventSourceArn, ScalingConfig } = configuration;
  const ofType = concurrencies.get(EventSourceArn?.split(':').at(-1) ?? '');
  return {
    id: UUID!,
    isEnabled: !disabled.includes(State ?? ''),
    concurrency: ScalingConfig?.MaximumConcurrency,
    maxConcurrency: ofType === undefined ? LEAST_CONCURRENCY : ofType * factor,
  };
}

/**
 * One after the other: Lambda takes few such calls a second. One that is still at an earlier change refuses the next.
 * @returns ids of the mappings that were not changed
 */
export async function changeMappings(changes: readonly Change[]): Promise<Set<string>> {
  const unchanged = new Set<string>();
  for (const { id, isEnabled, concurrency } of changes) {
    try {
      await client.send(
        new UpdateEventSourceMappingCommand({
          UUID: id,
          Enabled: isEnabled,
          ScalingConfig: concurrency === undefined ? undefined : { MaximumConcurrency: concurrency },
        }),
      );
    } catch (error) {
      logger.warn('event source mapping was not changed', { mapping: id, error: reduceError(error) });
      unchanged.add(id);
    }
  }
  return unchanged;
}
