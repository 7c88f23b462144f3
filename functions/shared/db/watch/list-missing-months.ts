import type { Sql } from 'postgres';

/** Of the months that begin at these instants, those that have no partition for events, as `2026-11`. */
export async function listMissingMonths(sql: Sql, starts: readonly string[]): Promise<string[]> {
  const rows = await sql<{ month: string }[]>`
    select to_char(start, 'YYYY-MM') as month
    from unnest(${starts as string[]}::timestamptz[]) as start
    where not exists (
      select from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = 'analytics_events'::regclass and relname = 'analytics_events_' || to_char(start, 'YYYY_MM')
    )
    order by start`;
  return rows.map(({ month }) => month);
}
