import type { TransactionSql } from 'postgres';
import type { Range } from '#core/time-windows.ts';

/** How far the stored data goes. */
export interface Freshness {
  readonly newestEventAt: Date | null;
  /** Hours of the range that the rollups do not have as they are now. */
  readonly pendingWindows: number;
}

export async function readFreshness(tx: TransactionSql, range: Range): Promise<Freshness> {
  const [freshness] = await tx<[Freshness]>`
    select
      -- no event is newer than its hour, so only the partitions and blocks since the last active hour are read
      (
        select max(occurred_at) from analytics_events
        where occurred_at >= coalesce((select max(hour) from active_users), '-infinity')
      ) as "newestEventAt",
      (
        select count(distinct hour)::float8 from dirty_windows
        where hour >= hour_of(${String(range.from)}::text::timestamptz) and hour < ${String(range.to)}::text::timestamptz
      ) as "pendingWindows"`;
  return freshness;
}
