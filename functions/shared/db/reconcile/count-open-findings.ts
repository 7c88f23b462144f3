import type { Sql } from 'postgres';

export interface OpenFindings {
  readonly sequence: number;
  readonly count: number;
  readonly rate: number;
}

export async function countOpenFindings(sql: Sql): Promise<OpenFindings> {
  const [row] = await sql<[OpenFindings]>`
    select
      count(*) filter (where kind = 'sequence')::float8 as sequence,
      count(*) filter (where kind = 'count')::float8 as count,
      count(*) filter (where kind = 'rate')::float8 as rate
    from reconciliations where status = 'open'`;
  return row;
}
