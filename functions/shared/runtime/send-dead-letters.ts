import type { SQSRecord } from 'aws-lambda';
import { deadLetterAttributes } from '#contract/dead-letters.ts';
import type { Rejection } from '#core/event.ts';
import { readQueueUrls } from './queue-urls.ts';
import { sendMessages } from './send-messages.ts';

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
  const urlOf = readQueueUrls('deadLetterQueueUrls');
  const refused = await sendMessages(
    letters.map((letter) => ({
      queueUrl: urlOf(letter.rejection.type),
      body: letter.record.body,
      attributes: attributesOf(letter),
    })),
  );
  return [...refused].map((index) => letters[index]!.record.messageId);
}

function attributesOf({ record, rejection, deduplicationKey }: DeadLetter): Record<string, string> {
  return {
    [deadLetterAttributes.reason]: rejection.reason,
    [deadLetterAttributes.pointer]: rejection.pointer, // the empty one, left out, means the whole event
    [deadLetterAttributes.keyword]: rejection.keyword,
    [deadLetterAttributes.deduplicationKey]: deduplicationKey,
    // A replayed message that fails again is the letter that it was replayed from
    [deadLetterAttributes.id]: record.messageAttributes[deadLetterAttributes.id]?.stringValue ?? '',
  };
}
