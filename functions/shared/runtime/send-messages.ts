import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs';
import { reduceError } from '#core/errors.ts';
import { logger } from './observability.ts';

const client = new SQSClient({});
const MAX_ENTRIES = 10;
/** A call carries 1 MiB, attributes included. */
const MAX_BYTES = 1_000_000;

export interface OutgoingMessage {
  readonly queueUrl: string;
  readonly body: string;
  /** Text attributes; empty ones are left out, which SQS refuses. */
  readonly attributes: Readonly<Record<string, string>>;
}

interface Numbered {
  readonly index: number;
  readonly message: OutgoingMessage;
}

/** Sends in as few calls as may be. @returns indexes of the messages that were not taken; never throws */
export async function sendMessages(messages: readonly OutgoingMessage[]): Promise<ReadonlySet<number>> {
  const numbered = messages.map((message, index) => ({ index, message }));
  const byQueue = Map.groupBy(numbered, ({ message }) => message.queueUrl);
  const calls = [...byQueue].flatMap(([url, ofQueue]) => inCalls(ofQueue).map((call) => sendCall(url, call)));
  return new Set((await Promise.all(calls)).flat());
}

function inCalls(messages: readonly Numbered[]): Numbered[][] {
  const calls: Numbered[][] = [];
  let bytes = 0;
  for (const numbered of messages) {
    const size = Buffer.byteLength(numbered.message.body) + 1_000;
    const last = calls.at(-1);
    if (last && last.length < MAX_ENTRIES && bytes + size <= MAX_BYTES) {
      last.push(numbered);
      bytes += size;
    } else {
      calls.push([numbered]);
      bytes = size;
    }
  }
  return calls;
}

async function sendCall(url: string, messages: readonly Numbered[]): Promise<number[]> {
  try {
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({ QueueUrl: url, Entries: messages.map(toEntry) }),
    );
    for (const { Code } of Failed) logger.warn('message was not taken', { code: Code });
    return Failed.map(({ Id }) => messages[Number(Id)]!.index);
  } catch (error) {
    logger.warn('messages could not be sent', { error: reduceError(error), messages: messages.length });
    return messages.map(({ index }) => index);
  }
}

function toEntry({ message }: Numbered, position: number): SendMessageBatchRequestEntry {
  return {
    Id: String(position),
    MessageBody: message.body,
    MessageAttributes: Object.fromEntries(
      Object.entries(message.attributes)
        .filter(([, value]) => value !== '')
        .map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
    ),
  };
}
