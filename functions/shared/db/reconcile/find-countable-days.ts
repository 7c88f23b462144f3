import type { Sql } from 'postgres';

export interface CountableDay {
  /** `YYYY-MM-DD` in the zone. */
  readonly day: string;
  /** Whether each of its hours was counted before. */
  readonly isCounted: boolean;
}

/**
 * The days of [from, to] whose events are there to be counted, the newest first: a month that was retired holds no zero.
 * @param from, to `YYYY-MM-DD` in the zone
 */
export async function findCountableDays(sql: Sql, from: string, to: string, zone: string): Promise<CountableDay[]> {
  return await sql<CountableDay[]>`
    with days as (
      select day::date::text, day::timestamp at time zone ${zone} as starts, (day + interval '1 day')::timestamp at time zone ${zone} as ends
      from generate_series(${from}::text::timestamp, ${to}::text::timestamp, interval '1 day') as day
    ), counted as (
      select distinct hour from event_counts
      where hour >= (select min(starts) from days) and hour < (select max(ends) from days)
    )
    select day, not exists (
      -- a zone's day may begin within an hour of UTC: its hours are those that begin in it
      select from generate_series(
        date_trunc('hour', starts + interval '59 minutes 59 seconds'), ends - interval '1 second', interval '1 hour'
      ) as needed
      where needed not in (select hour from counted)
    ) as "isCounted"
    from days
    where has_event_month(starts) and has_event_month(ends - interval '1 second')
    order by day desc`;
}
