import type { TransactionSql } from 'postgres';
import type { Range } from '#core/time-windows.ts';

export interface SessionCounts {
  readonly sessions: number;
  /** Those in which an order was created, whenever and in whatever currency. */
  readonly converted: number;
}

/** Sessions that began in the range. */
export async function countSessions(tx: TransactionSql, range: Range, channel: string | null): Promise<SessionCounts> {
  const [counts] = await tx<[SessionCounts]>`
    select count(*)::float8 as sessions, count(*) filter (where ordered)::float8 as converted
    from (
      select exists (select from orders where session_id = s.session_id and created_at is not null) as ordered
      from sessions s
      where started_at >= ${String(range.from)}::text::timestamptz and started_at < ${String(range.to)}::text::timestamptz
        and (${channel}::text is null or coalesce(channel, 'unknown') = ${channel})
    ) as session`;
  return counts;
}
