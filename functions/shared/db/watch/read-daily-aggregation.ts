import type { Sql } from 'postgres';

export interface DailyAggregation {
  readonly isSettled: boolean;
  readonly isAggregated: boolean;
  readonly stuckHours: number;
}

/**
 * Whether a run of `aggregate` has recomputed the whole of [from, to) since it ended, and how many of its hours are dirty
 * though no run of the last quarter of an hour has come to its end: dirty hours alone are late events of this minute.
 * `isSettled`: jobs have run for a day at `now`.
 */
export async function readDailyAggregation(
  sql: Sql,
  day: { readonly from: string; readonly to: string },
  now: string,
): Promise<DailyAggregation> {
  const [row] = await sql<[DailyAggregation]>`
    with done as (
      select * from job_runs where job = 'aggregate' and status = 'succeeded' and started_at between ${day.to} and ${now}
    )
    select
      exists (select from job_runs where started_at < ${now}::timestamptz - interval '1 day') as "isSettled",
      exists (
        select from done
        where (result->'range'->>'from')::timestamptz <= ${day.from} and (result->'range'->>'to')::timestamptz >= ${day.to}
      ) as "isAggregated",
      case
        when exists (
          select from done where (result->>'isDone')::boolean and started_at > ${now}::timestamptz - interval '15 minutes'
        ) then 0
        else (select count(distinct hour)::int from dirty_windows where hour >= ${day.from} and hour < ${day.to})
      end as "stuckHours"`;
  return row;
}
