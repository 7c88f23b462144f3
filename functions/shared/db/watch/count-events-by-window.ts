import type { Sql } from 'postgres';
import type { TypeHistory } from '#core/watch/find-silent-types.ts';

/**
 * Stored events of each type by their `time`: of the 24 h before `now`, and of the same 24 h of each of so many weeks before.
 * A type that had none in any of them is left out.
 */
export async function countEventsByWindow(sql: Sql, now: string, weeks: number): Promise<TypeHistory[]> {
  return await sql<TypeHistory[]>`
    with windows as (
      select week, ${now}::timestamptz - week * interval '168 hours' as until
      from generate_series(0, ${weeks}::int) as week
    ), counted as (
      select week, event_type, count
      from windows cross join lateral (
        select event_type, count(*)::int as count from analytics_events
        where occurred_at >= until - interval '24 hours' and occurred_at < until
        group by event_type
      ) as events
    ), types as (
      select distinct event_type from counted
    )
    select
      event_type as type,
      coalesce(max(count) filter (where week = 0), 0) as last,
      array_agg(coalesce(count, 0) order by week) filter (where week > 0) as "weeksBefore"
    from types cross join windows left join counted using (week, event_type)
    group by event_type order by event_type`;
}
