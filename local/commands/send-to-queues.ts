import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { UNMATCHED } from '#contract/event-types.ts';
import type { Outputs } from '../describe-outputs.ts';
import type { Outgoing, SendBatch } from './send-batches.ts';

const typeOf = (text: string): unknown => {
  try {
    return JSON.parse(text)?.type;
  } catch {
    return undefined;
  }
};

/** The message that carries one line, whatever it holds, to the queue of its type, else to the catch-all queue. */
export function makeMessage(text: string, queues: Outputs['queues'], place: string): Outgoing<string> {
  const type = typeOf(text);
  const name = typeof type === 'string' && Object.hasOwn(queues, type) ? type : UNMATCHED;
  return { place, lane: queues[name]!.url, bytes: Buffer.byteLength(text), message: text };
}

/** Answers the code of each message that SQS refused; a failure that is not the sender's reads as transient. */
export function sendToQueues(client: SQSClient): SendBatch<string> {
  return async (queue, bodies) => {
    const { Successful = [], Failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queue,
        Entries: bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
      }),
    );
    const codes: (string | undefined)[] = bodies.map(() => 'NoAnswer');
    for (const { Id } of Successful) codes[Number(Id)] = undefined;
    for (const { Id, Code, SenderFault } of Failed) {
      codes[Number(Id)] = SenderFault ? (Code ?? 'Refused') : 'InternalFailure';
    }
    return codes;
  };
}
