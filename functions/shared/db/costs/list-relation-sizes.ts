import type { Sql } from 'postgres';

export interface RelationSize {
  readonly name: string;
  /** Table, indexes, TOAST and maps: `pg_total_relation_size`. */
  readonly bytes: number;
  /** Of the table alone, in blocks. */
  readonly blocks: number;
  /** A partition of analytics_events. */
  readonly holdsEvents: boolean;
}

/** Every relation that holds rows, each once. */
export async function listRelationSizes(sql: Sql): Promise<RelationSize[]> {
  return await sql<RelationSize[]>`
    select
      relation.relname::text as name,
      pg_total_relation_size(relation.oid)::float8 as bytes,
      (pg_relation_size(relation.oid) / current_setting('block_size')::int)::float8 as blocks,
      coalesce(inhparent = 'analytics_events'::regclass, false) as "holdsEvents"
    from pg_class as relation
    left join pg_inherits on inhrelid = relation.oid
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'm')
    order by bytes desc, name`;
}
