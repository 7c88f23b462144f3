import type { JSONValue, Sql } from 'postgres';

/** @returns the run's id */
export async function startJobRun(sql: Sql, job: string, scheduledAt: string | null): Promise<string> {
  const [row] = await sql<[{ id: string }]>`
    insert into job_runs (job, scheduled_at) values (${job}, ${scheduledAt}::timestamptz) returning id`;
  return row.id;
}

/** As `startJobRun`, for a run that holds the job's lease: the lease then says which run has it. */
export async function startLeasedRun(
  sql: Sql,
  { job, holder, scheduledAt }: { readonly job: string; readonly holder: string; readonly scheduledAt: string | null },
): Promise<string> {
  const [row] = await sql<[{ id: string }]>`
    with run as (
      insert into job_runs (job, scheduled_at) values (${job}, ${scheduledAt}::timestamptz) returning id
    ), leased as (
      update job_locks set run_id = run.id from run where job_locks.job = ${job} and holder = ${holder}
    )
    select id from run`;
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

/** A trigger that was not run, because this run did or does its work. */
export async function countSkippedTrigger(sql: Sql, id: string): Promise<void> {
  await sql`update job_runs set skipped = skipped + 1 where id = ${id}`;
}
