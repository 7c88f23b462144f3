import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Outputs } from '../describe-outputs.ts';
import { localClient } from './read-outputs.ts';

export interface Depth {
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export interface QueueDepths {
  /** Event type, or `unmatched` for the catch-all. */
  readonly type: string;
  readonly queue: Depth;
  readonly deadLetters: Depth;
}

export const isEmpty = ({ waiting, inFlight, delayed }: Depth) => waiting + inFlight + delayed === 0;

const attributeNames = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

export const connectQueues = (outputs: Pick<Outputs, 'endpoints'>) =>
  new SQSClient({ ...localClient, endpoint: outputs.endpoints.sqs, useQueueUrlAsEndpoint: false });

async function readDepth(client: SQSClient, url: string): Promise<Depth> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...attributeNames] }),
  );
  const [waiting, inFlight, delayed] = attributeNames.map((name) => Number(Attributes[name] ?? 0));
  return { waiting: waiting!, inFlight: inFlight!, delayed: delayed! };
}

/**
 * What every queue and its dead-letter queue hold. All queues are read before any dead-letter queue: what a consumer moves
 * from one to the other between the two reads is then seen in the second.
 */
export async function readDepths(client: SQSClient, queues: Outputs['queues']): Promise<QueueDepths[]> {
  const entries = Object.entries(queues);
  const own = await Promise.all(entries.map(([, { url }]) => readDepth(client, url)));
  const dead = await Promise.all(entries.map(([, { dlqUrl }]) => readDepth(client, dlqUrl)));
  return entries.map(([type], index) => ({ type, queue: own[index]!, deadLetters: dead[index]! }));
}
