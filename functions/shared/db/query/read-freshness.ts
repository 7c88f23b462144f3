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
  const [{ hour }] = await tx<[{ hour: string }]>`
    select coalesce(max(hour), '-infinity')::text as hour from active_users`;
  const [freshness] = await tx<[Freshness]>`
    select
      -- Most events are no newer than the last active hour. As a value of the statement it leaves the other months out of the plan:
      -- as a subquery all of them were read, 10 ms at 0.5 million events.
      (select max(occurred_at) from analytics_events where occurred_at >= ${hour}::text::timestamptz) as "newestEventAt",
      (
        select count(distinct hour)::float8 from dirty_windows
        where hour >= ${from === null ? tx`'-infinity'` : tx`hour_of(${String(from)}::text::timestamptz)`} and hour < ${String(to)}::text::timestamptz
      ) as "pendingWindows"`;
  return freshness;
}
