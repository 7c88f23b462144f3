import type { Sql } from 'postgres';

export interface AuditedTable {
  /** Qualified where it is not in `public`. */
  readonly name: string;
  readonly schema: string;
  readonly relation: string;
  /** Those that can hold text: character types, json, and arrays of them. */
  readonly columns: readonly string[];
  /** Its length in blocks. */
  readonly blocks: number;
}

/** Every table that holds rows, partitions and materialized views included, in the order of their names. */
export async function listAuditedTables(sql: Sql): Promise<AuditedTable[]> {
  return await sql<AuditedTable[]>`
    select
      case nspname when 'public' then '' else nspname || '.' end || relname as name,
      nspname as schema, relname as relation, array_agg(attname::text order by attnum) as columns,
      (pg_relation_size(c.oid) / current_setting('block_size')::int)::float8 as blocks
    from pg_class c
    join pg_namespace n on n.oid = relnamespace
    join pg_attribute on attrelid = c.oid and attnum > 0 and not attisdropped
    join pg_type t on t.oid = atttypid
    left join pg_type element on element.oid = t.typelem and t.typcategory = 'A'
    where relkind in ('r', 'm') and nspname <> 'information_schema' and nspname !~ '^pg_'
      and (coalesce(element.typcategory, t.typcategory) in ('S', 'I')
        or coalesce(element.oid, t.oid) in ('json'::regtype, 'jsonb'::regtype))
    group by c.oid, nspname, relname
    order by nspname = 'public' desc, nspname collate "C", relname collate "C"`;
}
