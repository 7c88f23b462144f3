import type { Sql } from 'postgres';

export interface StoreFreshness {
  /** Null when the newest event is older than two days: that events do not come is another alarm's matter. */
  readonly newestEventAt: Date | null;
  /** Hours that the rollups do not have as they are now. */
  readonly pendingWindows: number;
}

/** Reads the blocks of the last hour; only without an event in it those of two days. */
export async function readFreshnessOfStore(sql: Sql, now: Date): Promise<StoreFreshness> {
  const at = now.toISOString();
  const [freshness] = await sql<[StoreFreshness]>`
    select
      coalesce(
        (select max(occurred_at) from analytics_events where occurred_at > ${at}::text::timestamptz - interval '1 hour'),
        (select max(occurred_at) from analytics_events where occurred_at > ${at}::text::timestamptz - interval '2 days')
      ) as "newestEventAt",
      (select count(distinct hour)::float8 from dirty_windows) as "pendingWindows"`;
  return freshness;
}
