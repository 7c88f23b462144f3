import type { Sql, TransactionSql } from 'postgres';
import { compareText } from '#core/compare-text.ts';
import { joinKey, mergeFacts } from '#core/facts.ts';
import { digestIdentities, forgetErased } from '#core/forget-erased.ts';
import type { PseudonymKeys } from '#core/pseudonym-keys.ts';
import type { EventRows, Lines } from '#core/rows.ts';
import { findErasedIdentities } from '#db/find-erased-identities.ts';
import { findInLedger } from '#db/find-in-ledger.ts';
import { foldFacts } from '#db/fold-facts.ts';
import { insertEvents } from '#db/insert-events.ts';
import { isAnyoneErased } from '#db/is-anyone-erased.ts';
import { recordActivity } from '#db/record-activity.ts';
import { recordIdentities } from '#db/record-identities.ts';
import { type LedgerEntry, recordInLedger } from '#db/record-in-ledger.ts';
import { replaceLines } from '#db/replace-lines.ts';
import { trackSequences } from '#db/track-sequences.ts';

/**
 * Stores events and all that follows from them in one transaction, whose number of statements does not grow with the
 * batch. Only identities that the ledger did not know write anything, and nothing of a person who was erased.
 * @param batch of distinct identities
 * @param keys of every version that an erasure was made under
 * @returns the ledger's entries of identities that were stored before: duplicates or conflicts, as their digest says
 */
export async function storeEvents(sql: Sql, batch: readonly EventRows[], keys: PseudonymKeys): Promise<LedgerEntry[]> {
  return await sql.begin(async (tx) => {
    const claimed = new Set(
      (
        await recordInLedger(
          tx,
          batch.map(({ event }) => event),
        )
      ).map(identityOf),
    );
    const fresh = await withoutErased(
      tx,
      batch.filter(({ event }) => claimed.has(identityOf(event))),
      keys,
    );
    const known = batch.filter(({ event }) => !claimed.has(identityOf(event)));
    if (fresh.length > 0) {
      const events = fresh.map(({ event }) => event);
      await insertEvents(tx, events);
      await recordActivity(tx, events);
      await recordIdentities(tx, events);
      await foldFacts(tx, mergeFacts(fresh.flatMap(({ facts }) => facts)));
      await replaceLines(tx, highestVersions(fresh.flatMap(({ lines }) => lines ?? [])));
      await trackSequences(
        tx,
        fresh.flatMap(({ seen }) => seen ?? []),
      );
    }
    return known.length === 0
      ? []
      : await findInLedger(
          tx,
          known.map(({ event }) => event),
        );
  });
}

/** Within the transaction: an erasure waits for those that did not know of it yet. */
async function withoutErased(tx: TransactionSql, batch: readonly EventRows[], keys: PseudonymKeys) {
  if (batch.length === 0 || !(await isAnyoneErased(tx))) return batch;
  const digests = digestIdentities(batch, keys);
  const erased = await findErasedIdentities(tx, [...digests.keys()]);
  return forgetErased(
    batch,
    erased.map((digest) => digests.get(digest)!),
  );
}

export function identityOf(event: Pick<LedgerEntry, 'event_source' | 'event_id'>): string {
  return joinKey(event.event_source, event.event_id);
}

function highestVersions(candidates: readonly Lines[]): Lines[] {
  const highest = new Map<string, Lines>();
  for (const candidate of candidates) {
    const id = joinKey(candidate.table, candidate.key);
    const other = highest.get(id);
    if (!other || compareText(candidate.version, other.version) > 0) highest.set(id, candidate);
  }
  return [...highest.values()];
}
