import type { Sql } from 'postgres';

export interface StoredLetter {
  readonly id: string;
  readonly original: Uint8Array;
  readonly data_key: Uint8Array;
}

/** The next dead letters that still hold their original, by id. */
export async function readDeadLetters(sql: Sql, after: string, limit: number): Promise<StoredLetter[]> {
  return await sql<StoredLetter[]>`
    select id, original, data_key
    from dead_letter_queue
    where id > ${after} and length(original) > 0
    order by id
    limit ${limit}`;
}
