import type { SQSRecord } from 'aws-lambda';
import { deadLetterAttributes, type Reason } from '#contract/dead-letters.ts';
import type { ValidEvent } from '#core/event.ts';
import { joinKey } from '#core/facts.ts';
import { hasContent } from '#core/has-content.ts';
import { contentHash } from '#core/mask-event.ts';
import type { PseudonymKeys } from '#core/pseudonym-keys.ts';
import { currentKey } from '#core/pseudonymize.ts';
import { readEvent } from '#core/read-event.ts';
import { findInLedger } from '#db/find-in-ledger.ts';
import type { LedgerEntry } from '#db/record-in-ledger.ts';
import type { CaptureDependencies } from './capture-batch.ts';

/**
 * SQS redrives a message after its tries and says no reason; its event may be stored all the same, where each function
 * died after the commit. The ledger tells: what it holds is a known duplicate and left out here; a conflict and a failure
 * get beside them what ingestion would have written, so that either way told makes one dead letter.
 */
export async function explainRedriven(
  records: readonly SQSRecord[],
  { sql, keys, limits }: Pick<CaptureDependencies, 'sql' | 'keys' | 'limits'>,
): Promise<SQSRecord[]> {
  const events = new Map<SQSRecord, ValidEvent>();
  for (const record of records) {
    if (record.messageAttributes[deadLetterAttributes.reason]) continue;
    const result = readEvent(record.body, limits);
    if ('event' in result) events.set(record, result.event);
  }
  if (events.size === 0) return [...records];
  const identities = [...events.values()].map(({ source, id }) => ({ event_source: source, event_id: id }));
  const entries = await findInLedger(sql, identities);
  const held = new Map(entries.map((entry) => [joinKey(entry.event_source, entry.event_id), entry]));
  return records.flatMap((record) => {
    const event = events.get(record);
    return event ? explain(record, event, held.get(joinKey(event.source, event.id)), keys) : record;
  });
}

function explain(
  record: SQSRecord,
  { canonical }: ValidEvent,
  entry: LedgerEntry | undefined,
  keys: PseudonymKeys,
): SQSRecord[] {
  const own = contentHash(canonical, currentKey(keys));
  if (!entry) return [withReason(record, 'processing_failed', { deduplicationKey: `failed ${own}` })];
  if (hasContent(entry, canonical, keys)) return [];
  const conflict = { pointer: '/id', keyword: 'unique', deduplicationKey: `conflict ${own}` };
  return [withReason(record, 'identity_conflict', conflict)];
}

function withReason(record: SQSRecord, reason: Reason, texts: Readonly<Record<string, string>>): SQSRecord {
  const given = Object.entries({ reason, ...texts }).map(([name, stringValue]) => [
    name,
    { stringValue, dataType: 'String' },
  ]);
  return { ...record, messageAttributes: { ...record.messageAttributes, ...Object.fromEntries(given) } };
}
