import type { TransactionSql } from 'postgres';
import type { SealedLetter } from './lock-replayable.ts';

/** One letter, held until the transaction ends, unless it was discarded meanwhile. */
export async function lockDeadLetter(tx: TransactionSql, id: string): Promise<SealedLetter[]> {
  return await tx<SealedLetter[]>`
    select id::text, event_type as type, original, data_key as "dataKey"
    from dead_letter_queue
    where dead_letter_queue.id = ${id} and status <> 'discarded'
    for update`;
}
