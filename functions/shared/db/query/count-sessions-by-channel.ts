import type { TransactionSql } from 'postgres';
import type { Range } from '#core/time-windows.ts';
import type { SessionCounts } from './count-sessions.ts';

/** As `countSessions`, by the channel that the session carries. */
export async function countSessionsByChannel(
  tx: TransactionSql,
  range: Range,
  channel: string | null,
): Promise<(SessionCounts & { readonly channel: string })[]> {
  return await tx<(SessionCounts & { channel: string })[]>`
    select channel, count(*)::float8 as sessions, count(*) filter (where ordered)::float8 as converted
    from (
      select
        coalesce(channel, 'unknown') as channel,
        exists (select from orders where session_id = s.session_id and created_at is not null) as ordered
      from sessions s
      where started_at >= ${String(range.from)}::text::timestamptz and started_at < ${String(range.to)}::text::timestamptz
        and (${channel}::text is null or coalesce(channel, 'unknown') = ${channel})
    ) as session
    group by channel`;
}
