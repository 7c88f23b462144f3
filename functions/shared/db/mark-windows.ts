import type { Sql } from 'postgres';

/** Makes the hours that begin in [from, to) dirty; both on an hour of UTC. @returns how many */
export async function markWindows(sql: Sql, from: string, to: string): Promise<number> {
  const { count } = await sql`
    insert into dirty_windows (hour)
    select generate_series(${from}::timestamptz, ${to}::timestamptz - interval '1 hour', interval '1 hour')`;
  return count;
}
