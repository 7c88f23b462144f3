import type { Sql } from 'postgres';

/**
 * Counts what is stored of each type in each hour of UTC that begins in the day, zeros included, in place of what was
 * counted before.
 * @param day `YYYY-MM-DD` in the zone
 */
export async function countEvents(sql: Sql, day: string, zone: string, types: readonly string[]): Promise<void> {
  await sql`
    with day as (
      select
        date_trunc('hour', ${day}::text::timestamp at time zone ${zone} + interval '59 minutes 59 seconds') as starts,
        date_trunc('hour', (${day}::text::timestamp + interval '1 day') at time zone ${zone} + interval '59 minutes 59 seconds') as ends
    ), counted as (
      select date_trunc('hour', occurred_at) as hour, event_type, count(*) as events
      from analytics_events
      where occurred_at >= (select starts from day) and occurred_at < (select ends from day)
      group by 1, 2
    )
    insert into event_counts as known (hour, event_type, events)
    select hour, event_type, coalesce(counted.events, 0)
    from day
    cross join generate_series(starts, ends - interval '1 hour', interval '1 hour') as hour
    cross join unnest(${types as string[]}::text[]) as event_type
    left join counted using (hour, event_type)
    on conflict (hour, event_type) do update set events = excluded.events where known.events <> excluded.events`;
}
