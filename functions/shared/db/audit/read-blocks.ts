import type { Sql } from 'postgres';
import type { AuditedTable } from './list-audited-tables.ts';

/** A row's ctid, then the values of the table's audited columns. */
export type AuditedRow = readonly [place: string, ...values: unknown[]];

/**
 * The rows of the blocks from `from` to before `to`. A range of ctids reads exactly these blocks, whatever the table's key
 * is; a row that is updated meanwhile may move to blocks that were read before, and is seen by the next pass.
 */
export async function readBlocks(sql: Sql, table: AuditedTable, from: number, to: number): Promise<AuditedRow[]> {
  return (await sql`
    select ctid::text, ${sql(table.columns as string[])}
    from ${sql(table.schema)}.${sql(table.relation)}
    where ctid >= ${`(${from},0)`}::tid and ctid < ${`(${to},0)`}::tid`.values()) as unknown as AuditedRow[];
}
