import type { SQSRecord } from 'aws-lambda';
import { typeOfQueue } from '#contract/event-types.ts';
import { errorCode } from '#core/classify-error.ts';
import type { MaskedEvent, ValidEvent } from '#core/event.ts';
import { hasContent } from '#core/has-content.ts';
import { maskEvent } from '#core/mask-event.ts';
import type { PseudonymKeys } from '#core/pseudonym-keys.ts';
import { type ReadLimits, readEvent } from '#core/read-event.ts';
import { type EventRows, toRows } from '#core/rows.ts';
import type { LedgerEntry } from '#db/record-in-ledger.ts';
import type { DeadLetter } from '#runtime/send-dead-letters.ts';
import { identityOf } from './store-events.ts';
import { type Attempt, storeIsolating, storeOneByOne } from './store-isolating.ts';

export interface IngestDependencies extends Omit<Attempt<EventRows, LedgerEntry[]>, 'store'> {
  readonly keys: PseudonymKeys;
  readonly limits: ReadLimits;
  /** The first filter: what it knows of these identities. It may know less than the ledger, never more. */
  readonly recall: (entries: readonly LedgerEntry[]) => Promise<LedgerEntry[]>;
  readonly remember: (entries: readonly LedgerEntry[]) => Promise<void>;
  /** `storeEvents` on a client that is good now, with the months' partitions there. */
  readonly store: (batch: readonly EventRows[]) => Promise<LedgerEntry[]>;
  /** @returns ids of the messages whose dead letters could not be sent */
  readonly deadLetter: (letters: readonly DeadLetter[]) => Promise<string[]>;
  /** Told why events could not be stored; their messages fail and come again. */
  readonly onFailure: (error: unknown, messages: number) => void;
}

export interface BatchOutcome {
  readonly failedIds: string[];
  readonly stored: number;
  /** Those that were stored now, one an identity. */
  readonly storedEvents: readonly MaskedEvent[];
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

  const { settled, stored, poison, failed } = await settleGroups(groups, dependencies);
  const conflicts = settled.flatMap(({ group, entry }) =>
    group.filter((arrival) => !sameContent(arrival, entry, dependencies.keys)).map(toConflict),
  );
  const unsent = await dependencies.deadLetter([...invalid, ...conflicts, ...poison]);

  const rejected = invalid.length + conflicts.length + poison.length;
  return {
    failedIds: [...failed.map(({ record }) => record.messageId), ...unsent],
    stored: stored.length,
    storedEvents: stored,
    duplicates: records.length - failed.length - stored.length - rejected,
    rejected: rejected - unsent.length,
  };
}

function readRecords(records: readonly SQSRecord[], { limits, keys }: IngestDependencies) {
  const arrivals: Arrival[] = [];
  const invalid: DeadLetter[] = [];
  for (const record of records) {
    const result = readEvent(record.body, limits);
    if ('rejection' in result) {
      // A body that does not say its type came to a type's queue all the same
      const type = result.rejection.type ?? typeOfQueue(record.eventSourceARN);
      invalid.push({ record, rejection: { ...result.rejection, type }, deduplicationKey: record.messageId });
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

interface Settlement {
  /** Groups whose identity is stored, with the entry whose content holds. */
  readonly settled: { readonly group: Group; readonly entry: LedgerEntry }[];
  /** Those that were stored now. */
  readonly stored: readonly MaskedEvent[];
  readonly poison: DeadLetter[];
  readonly failed: Arrival[];
}

async function settleGroups(groups: readonly Group[], dependencies: IngestDependencies): Promise<Settlement> {
  const recalled = byIdentity(await dependencies.recall(groups.map(([first]) => first.entry)));
  const isDuplicate = (group: Group) => {
    const entry = recalled.get(identityOf(group[0].entry));
    return entry !== undefined && group.every((arrival) => sameContent(arrival, entry, dependencies.keys));
  };
  const duplicates = groups.filter(isDuplicate).map((group) => ({ group, entry: group[0].entry }));

  const { stored, poison, failed } = await storeGroups(
    groups.filter((group) => !isDuplicate(group)),
    dependencies,
  );
  const settled = stored.flatMap(({ items, result }) => {
    const held = byIdentity(result);
    return items.map((group) => {
      const known = held.get(identityOf(group[0].entry));
      return { group, entry: known ?? group[0].entry, isNew: known === undefined };
    });
  });
  await dependencies.remember(settled.map(({ entry }) => entry));
  for (const { items, error } of failed) dependencies.onFailure(error, items.flat().length);

  return {
    settled: [...duplicates, ...settled],
    stored: settled.flatMap(({ group, isNew }) => (isNew ? group[0].masked : [])),
    poison: poison.flatMap(({ item, error }) => item.map((arrival) => toPoison(arrival, error))),
    failed: failed.flatMap(({ items }) => items.flat()),
  };
}

/** From this receive on a message is suspected of what kept its batches from being stored. */
const SUSPECT_RECEIVE = 3;

async function storeGroups(groups: readonly Group[], dependencies: IngestDependencies) {
  const attempt = {
    ...dependencies,
    store: (batch: readonly Group[]) => dependencies.store(batch.map(([first]) => toRows(first.masked))),
  };
  const isSuspect = (group: Group) =>
    group.some(({ record }) => Number(record.attributes.ApproximateReceiveCount) >= SUSPECT_RECEIVE);
  const others = groups.filter((group) => !isSuspect(group));
  const together = others.length === 0 ? [] : [await storeIsolating(others, attempt)];
  const alone = await storeOneByOne(groups.filter(isSuspect), attempt);
  const outcomes = [...together, alone];
  return {
    stored: outcomes.flatMap(({ stored }) => stored),
    poison: outcomes.flatMap(({ poison }) => poison),
    failed: outcomes.flatMap(({ failed }) => failed),
  };
}

const byIdentity = (entries: readonly LedgerEntry[]) => new Map(entries.map((entry) => [identityOf(entry), entry]));

/** Mostly the key is still the one of the entry, and its digest is there. */
function sameContent({ event, entry: own }: Arrival, entry: LedgerEntry, keys: PseudonymKeys): boolean {
  if (own.key_version === entry.key_version) return own.content_hash === entry.content_hash;
  return hasContent(entry, event.canonical, keys);
}

function toConflict({ record, event, entry }: Arrival): DeadLetter {
  const { type, source, id } = event;
  return {
    record,
    rejection: { reason: 'identity_conflict', pointer: '/id', keyword: 'unique', type, source, id },
    deduplicationKey: `conflict ${entry.content_hash}`,
  };
}

/** The database refuses the values of a valid event: a defect of ours, to be replayed when it is mended. */
function toPoison({ record, event, entry }: Arrival, error: unknown): DeadLetter {
  const { type, source, id } = event;
  return {
    record,
    rejection: { reason: 'processing_failed', pointer: '', keyword: errorCode(error), type, source, id },
    deduplicationKey: `failed ${entry.content_hash}`,
  };
}
