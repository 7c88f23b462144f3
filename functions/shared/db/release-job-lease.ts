import type { Sql } from 'postgres';

/** Nothing where the lease has gone to another run. */
export async function releaseJobLease(sql: Sql, job: string, holder: string): Promise<void> {
  await sql`
    update job_locks set holder = null, work = null, run_id = null, held_until = null
    where job = ${job} and holder = ${holder}`;
}
