import { setTimeout as sleep } from 'node:timers/promises';
import type { SqsQueue } from '../../node_modules/fauxqs/dist/sqs/sqsStore.js';
import { type LambdaFunction, MAX_WORKERS } from '../lambda/run-function.ts';
import { makeSqsRecord } from './make-sqs-record.ts';
import { readBatchResponse } from './read-batch-response.ts';
import type { QueueMapping } from './read-mappings.ts';
import type { Queues, ReceivedMessage } from './start-queues.ts';

/** An event source mapping, as the template sets it. */
export interface MappingSettings {
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly maxConcurrency: number;
  readonly isEnabled: boolean;
  /** `ReportBatchItemFailures`. */
  readonly reportsFailures: boolean;
}

export interface Mapping {
  readonly id: string;
  readonly queueName: string;
  readonly queueArn: string;
  readonly functionArn: string;
  settings(): MappingSettings;
  /** Holds from the next batch on; those in hand are finished. */
  change(settings: Partial<MappingSettings>): void;
  /** Stops receiving; resolves when the batches in hand are done. */
  stop(): Promise<void>;
}

/** Lambda's cap on the payload of a synchronous invocation. */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;
/** More than a record has around its body. */
const RECORD_OVERHEAD_BYTES = 1200;

interface Batch {
  readonly received: readonly ReceivedMessage[];
  readonly payload: string;
}

/** Feeds a function from a queue: gathers batches, invokes, deletes what succeeded; the rest returns after its visibility timeout. */
export function runMapping(queues: Queues, { id, queue, fn, settings: initial }: QueueMapping): Mapping {
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()));
  let settings = initial;
  let changed = Promise.withResolvers<void>();

  const loop = async () => {
    while (!stopping.signal.aborted) {
      // Beyond the function's workers a batch would only wait here, with its visibility running.
      if (!settings.isEnabled) await Promise.race([changed.promise, stopped]);
      else if (running.size >= Math.min(settings.maxConcurrency, MAX_WORKERS)) await Promise.race(running);
      else if (queue.messages.length === 0) await Promise.race([queues.arrival(queue), changed.promise, stopped]);
      else await start();
    }
  };
  const start = async () => {
    const batch = await gather(queues, queue, settings, stopped);
    if (batch.received.length === 0) return;
    const run = runBatch(queue, fn, settings, batch).finally(() => running.delete(run));
    running.add(run);
  };
  const looping = loop();
  return {
    ...{ id, queueName: queue.name, queueArn: queue.arn, functionArn: fn.arn },
    settings: () => settings,
    change: (changes) => {
      settings = { ...settings, ...changes };
      changed.resolve();
      changed = Promise.withResolvers();
    },
    stop: async () => {
      stopping.abort();
      await looping;
      await Promise.all(running);
    },
  };
}

/** Up to `batchSize` messages, ten a receive, until the window closes or the payload is full. */
async function gather(
  queues: Queues,
  queue: SqsQueue,
  settings: MappingSettings,
  stopped: Promise<void>,
): Promise<Batch> {
  const received: ReceivedMessage[] = [];
  const records: string[] = [];
  let room = MAX_PAYLOAD_BYTES - '{"Records":[]}'.length;
  const closes = sleep(settings.windowSeconds * 1000, 'closed', { ref: false });
  for (;;) {
    const count = Math.min(settings.batchSize - received.length, fitting(queue, room));
    if (count === 0 && queue.messages.length > 0) break;
    for (const one of count > 0 ? queues.receive(queue, count) : []) {
      const record = makeSqsRecord(one, queue.arn);
      received.push(one);
      records.push(record);
      room -= Buffer.byteLength(record) + 1;
    }
    if (received.length === settings.batchSize) break;
    if (queue.messages.length > 0) continue;
    if (settings.windowSeconds === 0 || received.length === 0) break;
    const what = await Promise.race([queues.arrival(queue), closes, stopped.then(() => 'closed')]);
    if (what === 'closed') break;
  }
  return { received, payload: `{"Records":[${records.join(',')}]}` };
}

/** How many of the next ten messages are sure to fit. */
function fitting(queue: SqsQueue, room: number): number {
  let [left, count] = [room, 0];
  for (const message of queue.messages.slice(0, 10)) {
    left -= Buffer.byteLength(JSON.stringify(message.body)) + RECORD_OVERHEAD_BYTES;
    if (left < 0) break;
    count += 1;
  }
  return count;
}

async function runBatch(queue: SqsQueue, fn: LambdaFunction, settings: MappingSettings, batch: Batch): Promise<void> {
  const result = await fn.invoke(batch.payload);
  if (result.error) return;
  const ids = batch.received.map(({ message }) => message.messageId);
  const failed = settings.reportsFailures ? readBatchResponse(result.payload, ids) : new Set<string>();
  for (const { message, receiptHandle } of batch.received) {
    if (!failed.has(message.messageId)) queue.deleteMessage(receiptHandle);
  }
}
