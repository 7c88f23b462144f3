import type { TransactionSql } from 'postgres';
import { type Range, splitAtDays } from '#core/time-windows.ts';

export interface SessionCounts {
  readonly sessions: number;
  /** Those in which an order was created, whenever and in whatever currency. */
  readonly converted: number;
}

/** Sessions that began in the range: whole business days from the rollup, what the range cuts off a day from the sessions. */
export async function countSessions(
  tx: TransactionSql,
  range: Range,
  businessZone: string,
  channel: string | null,
): Promise<SessionCounts> {
  const { days, edges } = splitAtDays(range, businessZone);
  const ofEdges = edges.map(
    ({ from, to }) => tx`
      union all
      select
        count(*), count(*) filter (where exists (select from orders where session_id = s.session_id and created_at is not null))
      from sessions s
      where started_at >= ${String(from)}::text::timestamptz and started_at < ${String(to)}::text::timestamptz
        and (${channel}::text is null or coalesce(channel, 'unknown') = ${channel})`,
  );
  const [counts] = await tx<[SessionCounts]>`
    select coalesce(sum(sessions), 0)::float8 as sessions, coalesce(sum(converted), 0)::float8 as converted
    from (
      select sessions, converted
      from dashboard_overview
      where time_zone = ${businessZone}
        and bucket >= ${String(days?.from ?? range.from)}::text::timestamptz and bucket < ${String(days?.to ?? range.from)}::text::timestamptz
        and (${channel}::text is null or channel = ${channel})
      ${ofEdges[0] ?? tx``}
      ${ofEdges[1] ?? tx``}
    ) as parts`;
  return counts;
}
