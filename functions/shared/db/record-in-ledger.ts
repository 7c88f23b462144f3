import type { TransactionSql } from 'postgres';
import { jsonRows } from './json-rows.ts';

export interface LedgerEntry {
  readonly event_source: string;
  readonly event_id: string;
  readonly content_hash: string;
  readonly key_version: string;
}

/**
 * Claims the identities that were never stored. It waits for a transaction under way with the same identity, so that of
 * two only one is told that it is first. Sorted, or two batches could wait for each other.
 * @returns the identities claimed now
 */
export async function recordInLedger(
  tx: TransactionSql,
  entries: readonly LedgerEntry[],
): Promise<Pick<LedgerEntry, 'event_source' | 'event_id'>[]> {
  return await tx<Pick<LedgerEntry, 'event_source' | 'event_id'>[]>`
    insert into processed_events (event_source, event_id, content_hash, key_version)
    select event_source, event_id, content_hash, key_version
    from json_to_recordset(${jsonRows(entries)}::text::json)
      as entry (event_source text, event_id text, content_hash text, key_version text)
    order by event_source, event_id
    on conflict do nothing
    returning event_source, event_id`;
}
