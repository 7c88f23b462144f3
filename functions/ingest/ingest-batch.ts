import type { SQSRecord } from 'aws-lambda';
import type { Sql } from 'postgres';
import type { MaskedEvent, ValidEvent } from '#core/event.ts';
import { contentHash, maskEvent } from '#core/mask-event.ts';
import type { PseudonymKeys } from '#core/pseudonym-keys.ts';
import { type ReadLimits, readEvent } from '#core/read-event.ts';
import { toRows } from '#core/rows.ts';
import type { LedgerEntry } from '#db/record-in-ledger.ts';
import type { DeadLetter } from '#runtime/send-dead-letters.ts';
import { identityOf, storeEvents } from './store-events.ts';

export interface IngestDependencies {
  readonly sql: Sql;
  readonly keys: PseudonymKeys;
  readonly limits: ReadLimits;
  /** The first filter: what it knows of these identities. It may know less than the ledger, never more. */
  readonly recall: (entries: readonly LedgerEntry[]) => Promise<LedgerEntry[]>;
  readonly remember: (entries: readonly LedgerEntry[]) => Promise<void>;
  /** @returns ids of the messages whose dead letters could not be sent */
  readonly deadLetter: (letters: readonly DeadLetter[]) => Promise<string[]>;
  readonly ensurePartitions: (instants: readonly string[]) => Promise<void>;
  /** Told why events could not be stored; their messages fail and come again. */
  readonly onFailure: (error: unknown, messages: number) => void;
}

export interface BatchOutcome {
  readonly failedIds: string[];
  readonly stored: number;
  readonly duplicates: number;
  readonly rejected: number;
}

interface Arrival {
  readonly record: SQSRecord;
  readonly event: ValidEvent;
  readonly masked: MaskedEvent;
  readonly entry: LedgerEntry;
}

/**
 * The way of a batch: read, mask, leave out what was stored before, store the rest in one transaction, dead-letter what
 * is invalid. Each message ends as stored, duplicate, dead letter, or failed and delivered again.
 */
export async function ingestBatch(
  records: readonly SQSRecord[],
  dependencies: IngestDependencies,
): Promise<BatchOutcome> {
  const { arrivals, invalid } = readRecords(records, dependencies);
  const groups = groupByIdentity(arrivals);

  const outcome = await storeGroups(groups, dependencies);
  const conflicts = outcome.settled.flatMap(({ group, entry }) =>
    group.filter((arrival) => !sameContent(arrival, entry, dependencies.keys)).map(toConflict),
  );
  const unsent = await dependencies.deadLetter([...invalid, ...conflicts]);

  const rejected = invalid.length + conflicts.length;
  return {
    failedIds: [...outcome.failed.map(({ record }) => record.messageId), ...unsent],
    stored: outcome.stored,
    duplicates: arrivals.length - outcome.failed.length - outcome.stored - conflicts.length,
    rejected: rejected - unsent.length,
  };
}

function readRecords(records: readonly SQSRecord[], { limits, keys }: IngestDependencies) {
  const arrivals: Arrival[] = [];
  const invalid: DeadLetter[] = [];
  for (const record of records) {
    const result = readEvent(record.body, limits);
    if ('rejection' in result) {
      invalid.push({ record, rejection: result.rejection, deduplicationKey: record.messageId });
    } else {
      const masked = maskEvent(result.event, keys);
      arrivals.push({ record, event: result.event, masked, entry: toLedgerEntry(masked) });
    }
  }
  return { arrivals, invalid };
}

function toLedgerEntry({ source, id, contentHash, keyVersion }: MaskedEvent): LedgerEntry {
  return { event_source: source, event_id: id, content_hash: contentHash, key_version: keyVersion };
}

type Group = readonly [Arrival, ...Arrival[]];

function groupByIdentity(arrivals: readonly Arrival[]): Group[] {
  return [...Map.groupBy(arrivals, ({ entry }) => identityOf(entry)).values()] as unknown as Group[];
}

/** Groups whose identity is stored, each with the entry whose content holds; and the arrivals that could not be stored. */
interface Settlement {
  readonly settled: { readonly group: Group; readonly entry: LedgerEntry }[];
  readonly stored: number;
  readonly failed: Arrival[];
}

async function storeGroups(groups: readonly Group[], dependencies: IngestDependencies): Promise<Settlement> {
  const { sql, keys, recall, remember, ensurePartitions, onFailure } = dependencies;
  const recalled = new Map(
    (await recall(groups.map(([first]) => first.entry))).map((entry) => [identityOf(entry), entry]),
  );
  const isDuplicate = (group: Group) => {
    const entry = recalled.get(identityOf(group[0].entry));
    return entry !== undefined && group.every((arrival) => sameContent(arrival, entry, keys));
  };
  const duplicates = groups.filter(isDuplicate).map((group) => ({ group, entry: group[0].entry }));
  const others = groups.filter((group) => !isDuplicate(group));
  if (others.length === 0) return { settled: duplicates, stored: 0, failed: [] };
  try {
    await ensurePartitions(others.map(([first]) => first.masked.time));
    const known = await storeEvents(
      sql,
      others.map(([first]) => toRows(first.masked)),
    );
    const held = new Map(known.map((entry) => [identityOf(entry), entry]));
    const settled = others.map((group) => ({ group, entry: held.get(identityOf(group[0].entry)) ?? group[0].entry }));
    await remember(settled.map(({ entry }) => entry));
    return { settled: [...duplicates, ...settled], stored: others.length - known.length, failed: [] };
  } catch (error) {
    const failed = others.flat();
    onFailure(error, failed.length);
    return { settled: duplicates, stored: 0, failed };
  }
}

/** Under the key that the entry was made with. Without that key nothing can be said, and the first to arrive stays. */
function sameContent({ event, entry: own }: Arrival, entry: LedgerEntry, keys: PseudonymKeys): boolean {
  if (own.key_version === entry.key_version) return own.content_hash === entry.content_hash;
  const key = keys.keys.get(entry.key_version);
  return key === undefined || contentHash(event.canonical, key) === entry.content_hash;
}

function toConflict({ record, event, entry }: Arrival): DeadLetter {
  const { type, source, id } = event;
  return {
    record,
    rejection: { reason: 'identity_conflict', pointer: '/id', keyword: 'unique', type, source, id },
    deduplicationKey: `conflict ${entry.content_hash}`,
  };
}
