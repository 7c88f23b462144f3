import type { Sql } from 'postgres';

export interface CountedHour {
  readonly type: string;
  /** Days since 1970-01-01 on the zone's calendar. */
  readonly day: number;
  /** Of the zone's clock. */
  readonly hour: number;
  /** The hour that a clock repeats has the sum of both. */
  readonly events: number;
}

/** What was counted on the zone's days from `from` up to and with `to` (`YYYY-MM-DD`). */
export async function readCounts(sql: Sql, from: string, to: string, zone: string): Promise<CountedHour[]> {
  return await sql<CountedHour[]>`
    select event_type as type, (local::date - date '1970-01-01') as day, extract(hour from local)::int as hour, sum(events)::float8 as events
    from event_counts
    cross join lateral (select hour at time zone ${zone} as local) as clock
    where hour >= ${from}::text::timestamp at time zone ${zone}
      and hour < (${to}::text::timestamp + interval '1 day') at time zone ${zone}
    group by 1, 2, 3`;
}
