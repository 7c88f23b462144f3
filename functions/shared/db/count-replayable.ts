import type { Sql } from 'postgres';
import type { ReplaySelection } from './lock-replayable.ts';

/** How many letters the selection holds, and the highest id among them, which bounds a replay: '0' for none. */
export async function countReplayable(
  sql: Sql,
  { filter, after, mostReplays }: Omit<ReplaySelection, 'upTo'>,
): Promise<{ readonly count: number; readonly upTo: string }> {
  const [row] = await sql<[{ count: number; upTo: string }]>`
    select count(*)::int as count, coalesce(max(id), 0)::text as "upTo"
    from dead_letter_queue
    where id > ${after}
      and status = ${filter.status ?? 'open'}
      and (${mostReplays}::int is null or replays <= ${mostReplays}::int)
      and (${filter.type}::text is null or event_type = ${filter.type}::text)
      and (${filter.reason}::text is null or reason = ${filter.reason}::text)
      and (${filter.from}::timestamptz is null or received_at >= ${filter.from}::timestamptz)
      and (${filter.to}::timestamptz is null or received_at < ${filter.to}::timestamptz)`;
  return row;
}
