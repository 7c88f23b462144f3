import type { AddressInfo } from 'node:net';
import { buildApp } from 'fauxqs';
// fauxqs exports its server but not its store, and only the store lets the event source mappings receive and delete
// without an HTTP call and be told of arrivals without polling.
import { FileS3Persistence } from '../../node_modules/fauxqs/dist/s3/fileS3Persistence.js';
import { S3Store } from '../../node_modules/fauxqs/dist/s3/s3Store.js';
import { SnsStore } from '../../node_modules/fauxqs/dist/sns/snsStore.js';
import { type SqsQueue, SqsStore } from '../../node_modules/fauxqs/dist/sqs/sqsStore.js';
import { calculateMessageSize, INVALID_MESSAGE_BODY_CHAR } from '../../node_modules/fauxqs/dist/sqs/sqsTypes.js';
import type { DeployedResource } from '../template/deploy-template.ts';
import { ACCOUNT, arn } from '../template/resource-attributes.ts';

export interface QueueDepth {
  readonly name: string;
  readonly ready: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export interface Queues {
  /** Endpoint of the SQS API. */
  readonly url: string;
  create(resources: readonly DeployedResource[]): void;
  /** S3, at the same endpoint; what is in a bucket outlives a restart. */
  createBuckets(resources: readonly DeployedResource[]): void;
  /** Puts a message on a queue. Answers why it was refused, or undefined. */
  send(queueArn: string, body: string, attributes?: Readonly<Record<string, string>>): string | undefined;
  find(queueArn: string): SqsQueue | undefined;
  /** Takes up to ten messages; those past their last try go to the dead-letter queue instead. */
  receive(queue: SqsQueue, count: number): readonly ReceivedMessage[];
  /** Resolves when the queue has, or may have, something to receive; at once if it has. */
  arrival(queue: SqsQueue): Promise<void>;
  depths(): readonly QueueDepth[];
  /** When the oldest message of a queue came to it (epoch milliseconds), visible or not; undefined where it is empty. */
  oldest(name: string): number | undefined;
  stop(): Promise<void>;
}

/** A message as the store keeps it while it is in flight. */
export interface ReceivedMessage {
  readonly receiptHandle: string;
  readonly message: SqsQueue['messages'][number] & { deadLetterQueueSourceArn?: string };
}

/** How soon a message whose visibility timeout or delay is over is received again. */
const TIMER_MS = 200;

/**
 * Starts SQS, in memory, on a free port of 127.0.0.1, and S3 beside it.
 * @param bucketDirectory where S3 keeps its objects as files; without, they are in memory too
 */
export async function startQueues(bucketDirectory?: string, clock = () => new Date()): Promise<Queues> {
  const store = new SqsStore();
  // Empty: queue URLs get the host that the request came to, which resolves everywhere.
  store.host = '';
  const buckets = new S3Store();
  if (bucketDirectory !== undefined) {
    const files = new FileS3Persistence(bucketDirectory);
    files.loadS3(buckets);
    buckets.persistence = files;
  }
  const app = buildApp({
    logger: false,
    stores: { sqsStore: store, snsStore: new SnsStore(), s3Store: buckets },
  });
  // fauxqs' own start listens on every interface of the machine.
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const waiting = new Map<SqsQueue, (() => void)[]>();
  const arrivals = new WeakMap<object, { readonly queue: SqsQueue; readonly at: number }>();
  const wake = (queue: SqsQueue) => {
    const listeners = waiting.get(queue);
    waiting.delete(queue);
    for (const listener of listeners ?? []) listener();
  };
  const timer = setInterval(() => {
    store.processAllTimers();
    for (const queue of waiting.keys()) if (queue.messages.length > 0) wake(queue);
  }, TIMER_MS);

  return {
    url,
    create: (resources) => {
      for (const resource of resources) {
        const queue = store.createQueue(
          resource.name,
          `${url}/${ACCOUNT}/${resource.name}`,
          arn('sqs', resource.name),
          queueAttributes(resource),
        );
        const enqueue = queue.enqueue.bind(queue);
        queue.enqueue = (message) => {
          // A message that becomes visible again keeps its age; one that is redriven begins a new one in its new queue.
          if (arrivals.get(message)?.queue !== queue) arrivals.set(message, { queue, at: clock().getTime() });
          enqueue(message);
          wake(queue);
        };
      }
    },
    createBuckets: (resources) => {
      for (const { name } of resources) if (!buckets.hasBucket(name)) buckets.createBucket(name);
    },
    send: (queueArn, body, attributes = {}) => send(store, queueArn, body, attributes),
    find: (queueArn) => store.getQueueByArn(queueArn),
    receive: (queue, count) => receive(store, queue, count),
    arrival: (queue) =>
      new Promise((resolve) => {
        if (queue.messages.length > 0) return resolve();
        waiting.set(queue, [...(waiting.get(queue) ?? []), resolve]);
      }),
    depths: () =>
      [...store.allQueues()].map((queue) => ({
        name: queue.name,
        ready: queue.messages.length,
        inFlight: queue.inflightMessages.size,
        delayed: queue.delayedMessages.length,
      })),
    oldest: (name) => {
      const queue = [...store.allQueues()].find((each) => each.name === name);
      const inFlight = [...(queue?.inflightMessages.values() ?? [])].map(({ message }) => message);
      const held = [...(queue?.messages ?? []), ...inFlight];
      const times = held.map((message) => arrivals.get(message)?.at ?? message.sentTimestamp);
      return times.length === 0 ? undefined : times.reduce((least, time) => Math.min(least, time));
    },
    stop: async () => {
      clearInterval(timer);
      for (const queue of [...waiting.keys()]) wake(queue);
      await app.close();
    },
  };
}

function queueAttributes(resource: DeployedResource): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const name of SCALARS) {
    const value = resource.properties()[name];
    if (value !== undefined) attributes[name] = String(value);
  }
  const { RedrivePolicy } = resource.properties();
  if (RedrivePolicy) attributes.RedrivePolicy = JSON.stringify(RedrivePolicy);
  return attributes;
}

const SCALARS = [
  'VisibilityTimeout',
  'MessageRetentionPeriod',
  'DelaySeconds',
  'MaximumMessageSize',
  'ReceiveMessageWaitTimeSeconds',
  'FifoQueue',
  'ContentBasedDeduplication',
];

function send(
  store: SqsStore,
  queueArn: string,
  body: string,
  texts: Readonly<Record<string, string>>,
): string | undefined {
  const queue = store.getQueueByArn(queueArn);
  if (!queue) return 'the queue does not exist';
  const attributes = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, { DataType: 'String', StringValue: text }]),
  );
  if (INVALID_MESSAGE_BODY_CHAR.test(body)) return 'it holds characters that SQS does not take';
  if (calculateMessageSize(body, attributes) > Number(queue.attributes.MaximumMessageSize)) return 'it is too large';
  const delay = Number(queue.attributes.DelaySeconds ?? 0);
  queue.enqueue(SqsStore.createMessage(body, attributes, delay > 0 ? delay : undefined));
  return undefined;
}

function receive(store: SqsStore, queue: SqsQueue, count: number): readonly ReceivedMessage[] {
  const deadLetterQueue = (queueArn: string) => {
    const target = store.getQueueByArn(queueArn);
    if (!target) return undefined;
    // SQS names the queue that a message was redriven from; fauxqs does not.
    const enqueue = (message: ReceivedMessage['message']) => {
      message.deadLetterQueueSourceArn = queue.arn;
      target.enqueue(message);
    };
    return { enqueue } as SqsQueue;
  };
  return queue.dequeue(count, undefined, deadLetterQueue).flatMap(({ ReceiptHandle: receiptHandle }) => {
    const entry = queue.inflightMessages.get(receiptHandle);
    return entry ? { receiptHandle, message: entry.message } : [];
  });
}
