import type { TransactionSql } from 'postgres';
import type { Range } from '#core/time-windows.ts';

/** How far the stored data goes. */
export interface Freshness {
  readonly newestEventAt: Date | null;
  /** Hours of the range that the rollups do not have as they are now. */
  readonly pendingWindows: number;
}

/** @param from null: from the first event on, for figures that what was before the period changes too */
export async function readFreshness(
  tx: TransactionSql,
  { from, to }: { readonly from: Range['from'] | null; readonly to: Range['to'] },
): Promise<Freshness> {
  const [freshness] = await tx<[Freshness]>`
    select
      -- no event is newer than its hour, so only the partitions and blocks since the last active hour are read
      (
        select max(occurred_at) from analytics_events
        where occurred_at >= coalesce((select max(hour) from active_users), '-infinity')
      ) as "newestEventAt",
      (
        select count(distinct hour)::float8 from dirty_windows
        where hour >= ${from === null ? tx`'-infinity'` : tx`hour_of(${String(from)}::text::timestamptz)`} and hour < ${String(to)}::text::timestamptz
      ) as "pendingWindows"`;
  return freshness;
}
