import type { Sql } from 'postgres';

/**
 * Nothing of the events is left but their identities and why they were refused. Of letters that are another customer's
 * only the view goes, which shows what the two share.
 */
export async function destroyDeadLetters(sql: Sql, own: readonly string[], shared: readonly string[]): Promise<void> {
  await sql`
    update dead_letter_queue set
      masked_view = '{}',
      original = case when id = any(${[...own]}::bigint[]) then '' else original end,
      data_key = case when id = any(${[...own]}::bigint[]) then '' else data_key end,
      status = case when id = any(${[...own]}::bigint[]) then 'discarded' else status end
    where id = any(${[...own, ...shared]}::bigint[])`;
}
