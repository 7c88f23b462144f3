import type { TransactionSql } from 'postgres';
import { type Range, splitAtDays } from '#core/time-windows.ts';

export interface ChannelSessions {
  /** That the session carries. */
  readonly channel: string;
  readonly sessions: number;
  /** Those in which an order was created, whenever and in whatever currency. */
  readonly converted: number;
}

/**
 * Sessions that began in the range, each under one channel: whole business days from the rollup, what the range cuts off a day
 * from the sessions. A channel without any has no row.
 */
export async function countSessionsByChannel(
  tx: TransactionSql,
  range: Range,
  businessZone: string,
  channel: string | null,
): Promise<ChannelSessions[]> {
  const { days, edges } = splitAtDays(range, businessZone);
  const whole = days ?? { from: range.from, to: range.from };
  const ofEdges = edges.map(
    ({ from, to }) => tx`
      union all
      select
        coalesce(channel, 'unknown'), 1,
        exists (select from orders where session_id = s.session_id and created_at is not null)::int
      from sessions s
      where started_at >= ${String(from)}::text::timestamptz and started_at < ${String(to)}::text::timestamptz`,
  );
  return await tx<ChannelSessions[]>`
    select channel, sum(sessions)::float8 as sessions, sum(converted)::float8 as converted
    from (
      select channel, sessions, converted
      from dashboard_overview
      where time_zone = ${businessZone}
        and bucket >= ${String(whole.from)}::text::timestamptz and bucket < ${String(whole.to)}::text::timestamptz
      ${ofEdges[0] ?? tx``}
      ${ofEdges[1] ?? tx``}
    ) as parts
    where ${channel}::text is null or channel = ${channel}
    group by channel
    order by channel`;
}
