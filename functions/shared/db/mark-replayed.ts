import type { TransactionSql } from 'postgres';

export async function markReplayed(tx: TransactionSql, ids: readonly string[]): Promise<void> {
  await tx`
    update dead_letter_queue set status = 'replayed', replays = replays + 1
    where id = any (${ids as string[]}::bigint[])`;
}
