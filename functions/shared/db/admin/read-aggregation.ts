import type { Sql } from 'postgres';
import type { RollupSums } from './sum-rollups.ts';

export interface StoredAggregation {
  readonly id: string;
  readonly requestedAt: Date;
  readonly from: Date;
  readonly to: Date;
  readonly hours: number;
  /** Hours of it that are still to be recomputed. */
  readonly pending: number;
  readonly before: readonly RollupSums[];
}

/** Undefined where there is none. Marks that others made later, as late events do, are not its own. */
export async function readAggregation(sql: Sql, id: string): Promise<StoredAggregation | undefined> {
  const [row] = await sql<StoredAggregation[]>`
    select
      id::text, requested_at as "requestedAt", from_at as "from", to_at as "to", hours, before,
      (
        select count(distinct hour)::int from dirty_windows
        where hour >= from_at and hour < to_at and dirty_windows.id <= last_mark
      ) as pending
    from aggregations where id = ${id}::bigint`;
  return row;
}
