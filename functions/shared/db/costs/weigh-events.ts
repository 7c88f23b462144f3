import type { Sql } from 'postgres';

export interface EventWeight {
  readonly partition: string;
  readonly type: string;
  readonly rows: number;
  /** Of the rows themselves, without headers, indexes and free room. */
  readonly bytes: number;
}

/**
 * Rows and bytes of each type in each partition, of a share of the blocks that is the same for each block and each time it is
 * asked; `percent` 100 reads every row.
 */
export async function weighEvents(sql: Sql, percent: number): Promise<EventWeight[]> {
  return await sql<EventWeight[]>`
    select
      relname::text as partition, event_type as type, rows::float8 as rows, bytes::float8 as bytes
    from (
      select event.tableoid, event_type, count(*) as rows, sum(pg_column_size(event)) as bytes
      from analytics_events as event tablesample system (${percent}::real) repeatable (0)
      group by event.tableoid, event_type
    ) as weighed
    join pg_class on pg_class.oid = weighed.tableoid
    order by partition, type`;
}
