import type { JSONValue, Sql } from 'postgres';
import type { Erasure, ErasureRow } from './erasure.ts';

/**
 * The customer's erasure to go on with: the one of one of these digests, whatever key it was made under, else this new
 * one. One that was complete begins again. Two calls at once go on with the same.
 */
export async function startErasure(
  sql: Sql,
  digests: readonly string[],
  { digest, key_version, erased_at, pending }: Erasure,
): Promise<Erasure> {
  const [row] = await sql<[ErasureRow]>`
    insert into erasures (digest, key_version, erased_at, pending)
    values (
      coalesce((select min(digest) from erasures where digest = any(${[...digests]}::text[])), ${digest}),
      ${key_version}, ${erased_at}::text::timestamptz, ${sql.json(pending as unknown as JSONValue)}
    )
    on conflict (digest) do update set
      pending = coalesce(erasures.pending, excluded.pending), completed_at = null
    returning digest, key_version, erased_at, touched, pending`;
  return { ...row, erased_at: row.erased_at.toISOString() };
}
