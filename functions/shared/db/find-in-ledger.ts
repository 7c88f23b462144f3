import type { Sql, TransactionSql } from 'postgres';
import { jsonRows } from './json-rows.ts';
import type { LedgerEntry } from './record-in-ledger.ts';

/** The ledger's entries of these identities. */
export async function findInLedger(
  tx: Sql | TransactionSql,
  identities: readonly Pick<LedgerEntry, 'event_source' | 'event_id'>[],
): Promise<LedgerEntry[]> {
  return await tx<LedgerEntry[]>`
    select event_source, event_id, content_hash, key_version
    from processed_events
    join json_to_recordset(${jsonRows(identities.map(({ event_source, event_id }) => ({ event_source, event_id })))}::text::json)
      as identity (event_source text, event_id text) using (event_source, event_id)`;
}
