import type { Sql } from 'postgres';

export async function readReconciliationStatus(sql: Sql, id: string): Promise<string | undefined> {
  const [row] = await sql<{ status: string }[]>`
    select status from reconciliations where id = ${id} and status <> 'pending'`;
  return row?.status;
}

/** @returns whether it was open; any other stays as it is */
export async function acknowledgeReconciliation(sql: Sql, id: string): Promise<boolean> {
  const { count } = await sql`update reconciliations set status = 'acknowledged' where id = ${id} and status = 'open'`;
  return count > 0;
}
