import type { Sql } from 'postgres';
import type { IdentityDigest } from '#core/erased-identities.ts';
import { jsonRows } from '../json-rows.ts';

/**
 * From now on ingestion knows these identities, and no transaction that did not is under way: one that read the table
 * before holds its lock until it ends, which the second statement waits for. Ingestion waits behind it for as long, at
 * most 5 s.
 */
export async function blockIdentities(sql: Sql, erasure: string, digests: readonly IdentityDigest[]): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`
      insert into erased_identities (digest, key_version, erasure)
      select digest, key_version, ${erasure}
      from json_to_recordset(${jsonRows(digests)}::text::json) as identity (digest text, key_version text)
      order by digest
      on conflict do nothing`;
  });
  await sql.begin(async (tx) => {
    await tx`set local lock_timeout = '5s'`;
    await tx`lock table erased_identities in access exclusive mode`;
  });
}
