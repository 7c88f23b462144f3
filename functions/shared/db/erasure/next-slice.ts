import type { Sql } from 'postgres';
import { type FactSource, factKeys, type Slice, type Source } from './sources.ts';

/** Keys of facts that one statement reads: about a second of work on two cores. */
const PAGE = 50_000;

/** The part of the source after `after`, small enough for one short statement; undefined when all was read. */
export async function nextSlice(sql: Sql, source: Source, after: string | null): Promise<Slice | undefined> {
  if (source === 'events') return await nextDay(sql, after);
  // Few rows, and two statements find the customer's
  if (source === 'visitors') return after === null ? { source, after: '', upTo: 'all' } : undefined;
  return await nextPage(sql, source, after ?? '');
}

/** Days, because the block range index over time is all that finds an event. */
async function nextDay(sql: Sql, after: string | null): Promise<Slice | undefined> {
  const [slice] = await sql<{ after: Date; up_to: Date }[]>`
    with months as (
      select to_timestamp(right(relname, 7), 'YYYY_MM') as month
      from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = 'analytics_events'::regclass
    ), extent as (
      select
        least((select min(month) from months), (select min(hour) from active_users)) as first,
        greatest((select max(month) + interval '1 month' from months), (select max(hour) + interval '1 hour' from active_users)) as last
    )
    select start as after, start + interval '1 day' as up_to
    from extent
    cross join lateral (select coalesce(${after}::text::timestamptz, date_trunc('day', first)) as start) as day
    where start < last`;
  return slice && { source: 'events', after: slice.after.toISOString(), upTo: slice.up_to.toISOString() };
}

async function nextPage(sql: Sql, source: FactSource, after: string): Promise<Slice | undefined> {
  const key = sql(factKeys[source]);
  const [page] = await sql<[{ up_to: string | null }]>`
    select max(key) as up_to
    from (select ${key} as key from ${sql(source)} where ${key} > ${after} order by ${key} limit ${PAGE}) as page`;
  return page.up_to === null ? undefined : { source, after, upTo: page.up_to };
}
