import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { deadLetterAttributes, UNMATCHED } from '#contract';
import { reduceError } from '#core/errors.ts';
import type { Rejection } from '#core/event.ts';
import { readResource } from './config.ts';
import { logger } from './observability.ts';

const client = new SQSClient({ requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 } });
const MAX_ENTRIES = 10;
/** A call carries 1 MiB, attributes included. */
const MAX_BYTES = 1_000_000;

export interface DeadLetter {
  readonly record: SQSRecord;
  readonly rejection: Rejection;
  /** Dead letters of one key are one. */
  readonly deduplicationKey: string;
}

/**
 * Sends refused events as they came to the dead-letter queue of their type, with the reason beside them. An event of no
 * known type goes to the catch-all's.
 * @returns ids of the messages that were not taken: they fail, and SQS delivers or redrives them
 */
export async function sendDeadLetters(letters: readonly DeadLetter[]): Promise<string[]> {
  const urls: Readonly<Record<string, string>> = JSON.parse(readResource('deadLetterQueueUrls'));
  const byQueue = Map.groupBy(letters, ({ rejection }) => urls[rejection.type ?? UNMATCHED] ?? urls[UNMATCHED]!);
  const calls = [...byQueue].flatMap(([url, ofQueue]) => inCalls(ofQueue).map((call) => sendCall(url, call)));
  return (await Promise.all(calls)).flat();
}

function inCalls(letters: readonly DeadLetter[]): DeadLetter[][] {
  const calls: DeadLetter[][] = [];
  let bytes = 0;
  for (const letter of letters) {
    const size = Buffer.byteLength(letter.record.body) + 1_000;
    const last = calls.at(-1);
    if (last && last.length < MAX_ENTRIES && bytes + size <= MAX_BYTES) {
      last.push(letter);
      bytes += size;
    } else {
      calls.push([letter]);
      bytes = size;
    }
  }
  return calls;
}

async function sendCall(url: string, letters: readonly DeadLetter[]): Promise<string[]> {
  const ids = letters.map(({ record }) => record.messageId);
  try {
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({ QueueUrl: url, Entries: letters.map(toEntry) }),
    );
    for (const { Code } of Failed) logger.warn('dead letter was not taken', { code: Code });
    return Failed.map(({ Id }) => ids[Number(Id)]!);
  } catch (error) {
    logger.warn('dead letters could not be sent', { error: reduceError(error), letters: letters.length });
    return ids;
  }
}

function toEntry({ record, rejection, deduplicationKey }: DeadLetter, index: number): SendMessageBatchRequestEntry {
  const attributes = [
    [deadLetterAttributes.reason, rejection.reason],
    [deadLetterAttributes.pointer, rejection.pointer],
    [deadLetterAttributes.keyword, rejection.keyword],
    [deadLetterAttributes.deduplicationKey, deduplicationKey],
  ] as const;
  return {
    Id: String(index),
    MessageBody: record.body,
    MessageAttributes: Object.fromEntries(
      attributes
        .filter(([, value]) => value !== '') // SQS refuses empty attributes; the empty pointer means the whole event
        .map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
    ),
  };
}
