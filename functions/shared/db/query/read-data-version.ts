import type { Sql } from 'postgres';

/**
 * A text that is the same as long as no row of these tables has changed, and that never comes again once one has. Read
 * before an answer, it is never newer than what the answer is made from.
 */
export async function readDataVersion(sql: Sql, tables: readonly string[]): Promise<string> {
  const [{ version }] = await sql<[{ version: string }]>`
    select coalesce(string_agg(relation || ':' || changes, ' ' order by relation), '') as version
    from (
      select relation, sum(changes) as changes from data_changes
      where relation = any(${[...tables, 'schema_migrations']})
      group by relation
    ) as counted`;
  return version;
}
