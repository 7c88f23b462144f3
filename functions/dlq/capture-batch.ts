import { randomBytes } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import type { Sql } from 'postgres';
import { deadLetterAttributes, type Reason, reasons } from '#contract/dead-letters.ts';
import { typeOfQueue } from '#contract/event-types.ts';
import { describeShape } from '#core/describe-shape.ts';
import { encryptOriginal } from '#core/encrypt-original.ts';
import type { Rejection, ValidEvent } from '#core/event.ts';
import { maskEvent } from '#core/mask-event.ts';
import type { PseudonymKeys } from '#core/pseudonym-keys.ts';
import { type ReadLimits, readEvent } from '#core/read-event.ts';
import { type DeadLetterRow, insertDeadLetters } from '#db/insert-dead-letters.ts';
import { type FailedAgain, reopenDeadLetters } from '#db/reopen-dead-letters.ts';
import { explainRedriven } from './explain-redriven.ts';
import { forgetErasedLetters } from './forget-erased-letters.ts';

export interface CaptureDependencies {
  readonly sql: Sql;
  readonly keys: PseudonymKeys;
  readonly limits: ReadLimits;
  /** A fresh data key for this batch: in the clear, and as the key management service sealed it. */
  readonly generateDataKey: () => Promise<{ readonly plain: Uint8Array; readonly sealed: Uint8Array }>;
}

/**
 * Stores dead letters, each once: reason, a view without personal values, and the original that only a replay with the
 * key can read. One that was replayed and failed again is no new letter: the stored one is open again. Throws when they
 * cannot be stored, so that all stay in their queue.
 * @returns how many were new or opened again
 */
export async function captureBatch(received: readonly SQSRecord[], dependencies: CaptureDependencies): Promise<number> {
  const records = await explainRedriven(received, dependencies);
  const dataKey = await dependencies.generateDataKey();
  const captured = records.map((record) => ({
    body: record.body,
    dead_letter_id: replayedFrom(record),
    row: toRow(record, dependencies, dataKey),
  }));
  return await dependencies.sql.begin(async (tx) => {
    const letters = await forgetErasedLetters(tx, captured, dependencies.keys);
    const again = letters.filter(
      (letter): letter is (typeof letters)[number] & FailedAgain => letter.dead_letter_id !== null,
    );
    const reopened = again.length > 0 ? await reopenDeadLetters(tx, again) : new Set<string>();
    const rows = letters.filter(({ dead_letter_id: id }) => id === null || !reopened.has(id)).map(({ row }) => row);
    // One batch may hold a letter twice
    const distinct = new Map(rows.map((row) => [row.deduplication_key, row]));
    return reopened.size + (await insertDeadLetters(tx, [...distinct.values()]));
  });
}

/** Id of the stored letter that this message was replayed from; null for one that comes for the first time. */
function replayedFrom({ messageAttributes }: SQSRecord): string | null {
  const id = messageAttributes[deadLetterAttributes.id]?.stringValue ?? '';
  return /^[1-9]\d{0,17}$/.test(id) ? id : null;
}

function toRow(
  record: SQSRecord,
  { keys, limits }: CaptureDependencies,
  dataKey: { readonly plain: Uint8Array; readonly sealed: Uint8Array },
): DeadLetterRow {
  const result = readEvent(record.body, limits);
  const { reason, pointer, keyword, type, source, id } =
    givenRejection(record, result) ?? ('rejection' in result ? result.rejection : failed(result.event));
  return {
    deduplication_key: record.messageAttributes[deadLetterAttributes.deduplicationKey]?.stringValue ?? record.messageId,
    ...{
      event_type: type ?? typeOfQueue(record.eventSourceARN),
      reason,
      pointer,
      keyword,
      event_source: source,
      event_id: id,
    },
    queue: record.eventSourceARN.split(':').at(-1) ?? '',
    received_at: new Date(Number(record.attributes.SentTimestamp)).toISOString(),
    masked_view: 'event' in result ? maskedView(result.event, keys) : describeShape(record.body),
    original: encryptOriginal(record.body, dataKey.plain, randomBytes(12)).toString('base64'),
    data_key: Buffer.from(dataKey.sealed).toString('base64'),
  };
}

/** What ingestion wrote beside it; a message that SQS redrove has nothing beside it. */
function givenRejection(record: SQSRecord, result: ReturnType<typeof readEvent>): Rejection | undefined {
  const attribute = (name: keyof typeof deadLetterAttributes) =>
    record.messageAttributes[deadLetterAttributes[name]]?.stringValue ?? '';
  const reason = reasons.find((known): known is Reason => known === attribute('reason'));
  if (reason === undefined) return undefined;
  const { type, source, id } = 'event' in result ? result.event : result.rejection;
  return { reason, pointer: attribute('pointer'), keyword: attribute('keyword'), type, source, id };
}

/** A valid event that was delivered as often as may be and never stored. */
function failed({ type, source, id }: ValidEvent): Rejection {
  return { reason: 'processing_failed', pointer: '', keyword: '', type, source, id };
}

function maskedView(event: ValidEvent, keys: PseudonymKeys): object {
  const { source, id, type, version, time, subject, data } = maskEvent(event, keys);
  return { source, id, type, version, time, subject, data };
}
