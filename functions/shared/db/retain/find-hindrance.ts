import type { Sql } from 'postgres';
import { endOfMonth, type Month } from '#core/retention.ts';

/** Why the month must stay for now: an hour of it is not rolled up, or a replay of its range is running. */
export async function findHindrance(sql: Sql, month: Month): Promise<'dirty' | 'replayed' | null> {
  const from = `${month}-01T00:00:00Z`;
  const to = endOfMonth(month).toISOString();
  const [row] = await sql<[{ hindrance: 'dirty' | 'replayed' | null }]>`
    select case
      when exists (select from dirty_windows where hour >= ${from}::text::timestamptz and hour < ${to}::text::timestamptz)
        then 'dirty'
      when exists (
        select from replays
        where status = 'running' and from_at < ${to}::text::timestamptz and to_at > ${from}::text::timestamptz
      ) then 'replayed'
    end as hindrance`;
  return row.hindrance;
}
