import type { TransactionSql } from 'postgres';

/**
 * Which of these digests are of erased identities. Read within the transaction that stores the events: its lock on the
 * table is what an erasure waits for (`blockIdentities`).
 */
export async function findErasedIdentities(tx: TransactionSql, digests: readonly string[]): Promise<string[]> {
  const rows = await tx<{ digest: string }[]>`
    select digest from erased_identities where digest = any(${[...digests]}::text[])`;
  return rows.map(({ digest }) => digest);
}
