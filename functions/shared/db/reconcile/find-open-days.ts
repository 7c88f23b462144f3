import type { Sql } from 'postgres';

/** Days (`YYYY-MM-DD` in the zone) with an open finding of too few events, whose events are there to be counted again. */
export async function findOpenDays(sql: Sql, zone: string): Promise<string[]> {
  const rows = await sql<{ day: string }[]>`
    select distinct ((period_from at time zone ${zone})::date)::text as day
    from reconciliations
    where kind = 'rate' and status = 'open' and has_event_month(period_from) and has_event_month(period_to - interval '1 second')
    order by day`;
  return rows.map(({ day }) => day);
}
