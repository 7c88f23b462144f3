import type { Sql } from 'postgres';

/** Makes the partitions of the months of these UTC instants, where there are none. */
export async function ensureEventPartitions(sql: Sql, instants: readonly string[]): Promise<void> {
  await sql`select ensure_event_partitions(array(select json_array_elements_text(${JSON.stringify(instants)}::text::json)::timestamptz))`;
}
