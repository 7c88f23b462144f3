import type { JSONValue, Sql } from 'postgres';

/** @returns the run's id */
export async function startJobRun(sql: Sql, job: string, scheduledAt: string | null): Promise<string> {
  const [row] = await sql<[{ id: string }]>`
    insert into job_runs (job, scheduled_at) values (${job}, ${scheduledAt}::timestamptz) returning id`;
  return row.id;
}

export async function finishJobRun(sql: Sql, id: string, result: JSONValue): Promise<void> {
  await sql`
    update job_runs set status = 'succeeded', finished_at = now(), result = ${sql.json(result)} where id = ${id}`;
}

/** @param error a name or code: what an error says may hold values */
export async function failJobRun(sql: Sql, id: string, error: string): Promise<void> {
  await sql`update job_runs set status = 'failed', finished_at = now(), error = ${error} where id = ${id}`;
}
