import type { JSONValue, Sql } from 'postgres';
import { sumRollups } from './sum-rollups.ts';

export interface StartedAggregation {
  readonly id: string;
  readonly hours: number;
}

/** Makes the hours that begin in [from, to) dirty, and keeps what the rollups say of them now; both on an hour of UTC. */
export async function startAggregation(sql: Sql, from: string, to: string): Promise<StartedAggregation> {
  return await sql.begin(async (tx) => {
    const before = await sumRollups(tx as unknown as Sql, from, to);
    const [started] = await tx<[StartedAggregation]>`
      with marks as (
        insert into dirty_windows (hour)
        select generate_series(${from}::timestamptz, ${to}::timestamptz - interval '1 hour', interval '1 hour')
        returning id
      )
      insert into aggregations (from_at, to_at, hours, last_mark, before)
      select ${from}::timestamptz, ${to}::timestamptz, count(*), max(id), ${tx.json(before as unknown as JSONValue)}
      from marks
      returning id::text, hours`;
    return started;
  });
}
