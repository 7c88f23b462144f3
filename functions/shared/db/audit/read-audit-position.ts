import type { Sql } from 'postgres';

export interface TablePosition {
  /** The table to go on with, and its first block that was not read. */
  readonly table: string;
  readonly block: number;
}

/** How far the pass has come that is under way. */
export interface AuditPosition {
  /** RFC 3339. */
  readonly passStartedAt: string;
  /** Null: all were read, and logs are left. */
  readonly tables: TablePosition | null;
}

/** What the last run that succeeded left to do; null where it had come to the end, or there was none. */
export async function readAuditPosition(sql: Sql, job: string): Promise<AuditPosition | null> {
  const [row] = await sql<{ next: AuditPosition | null }[]>`
    select result -> 'next' as next from job_runs
    where job = ${job} and status = 'succeeded'
    order by started_at desc, id desc
    limit 1`;
  return row?.next ?? null;
}
