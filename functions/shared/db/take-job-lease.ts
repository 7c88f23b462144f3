import type { Sql } from 'postgres';

export interface LeaseRequest {
  readonly job: string;
  /** Who asks: a retry of the same invocation takes over from the try that died. */
  readonly holder: string;
  /** What for, as text that is the same for the same work. */
  readonly work: string;
  /** After which it ends by itself: the holder is dead by then. */
  readonly milliseconds: number;
}

export interface LeaseAnswer {
  readonly isTaken: boolean;
  /** Not taken, because a run of the same work is at it. */
  readonly isSameWork: boolean;
  /** The run that is at it; null where it is not known. */
  readonly runId: string | null;
}

/**
 * Takes the job's lease, which one run at a time has. A run that lost it by dying is marked as failed. Who holds the row
 * in a transaction of its own keeps the lease from being taken: so work that goes on in the server after its function
 * was killed is not overtaken.
 */
export async function takeJobLease(sql: Sql, { job, holder, work, milliseconds }: LeaseRequest): Promise<LeaseAnswer> {
  return await sql.begin(async (tx) => {
    await tx`insert into job_locks (job) values (${job}) on conflict do nothing`;
    const [free] = await tx<{ run_id: string | null }[]>`
      select run_id from job_locks
      where job = ${job} and (held_until is null or held_until < now() or holder = ${holder})
      for update skip locked`;
    if (!free) return await readHolder(tx as unknown as Sql, job, holder, work);
    await tx`
      update job_runs set status = 'failed', finished_at = now(), error = 'CutOff'
      where id = ${free.run_id}::bigint and status = 'running'`;
    await tx`
      update job_locks
      set holder = ${holder}, work = ${work}, run_id = null,
        held_until = now() + ${milliseconds}::float8 * interval '1 millisecond'
      where job = ${job}`;
    return { isTaken: true, isSameWork: false, runId: null };
  });
}

async function readHolder(sql: Sql, job: string, holder: string, work: string): Promise<LeaseAnswer> {
  const [held] = await sql<{ isSameWork: boolean; runId: string | null }[]>`
    select work = ${work} and holder <> ${holder} as "isSameWork", run_id::text as "runId" from job_locks where job = ${job}`;
  return { isTaken: false, isSameWork: held?.isSameWork ?? false, runId: held?.runId ?? null };
}
