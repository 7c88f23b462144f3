import type { Sql } from 'postgres';

/** Nothing of the event is left but its identity and why it was refused. */
export async function destroyDeadLetters(sql: Sql, ids: readonly string[]): Promise<void> {
  await sql`
    update dead_letter_queue
    set original = '', data_key = '', masked_view = '{}', status = 'discarded'
    where id = any(${[...ids]}::bigint[])`;
}
