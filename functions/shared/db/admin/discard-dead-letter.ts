import type { Sql } from 'postgres';

/** @returns whether it was open; any other stays as it is */
export async function discardDeadLetter(sql: Sql, id: string): Promise<boolean> {
  const { count } = await sql`update dead_letter_queue set status = 'discarded' where id = ${id} and status = 'open'`;
  return count > 0;
}
