import type { Sql } from 'postgres';
import type { Json } from '#core/event.ts';

export interface ListedRun {
  readonly id: string;
  readonly job: string;
  readonly scheduledAt: Date | null;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly status: string;
  readonly result: Json;
  /** A name or code. */
  readonly error: string | null;
  /** Triggers that were not run, because this run did or did just then what they asked for. */
  readonly skipped: number;
}

/** The newest first. `before`: the last id seen. */
export async function listJobRuns(
  sql: Sql,
  job: string | null,
  page: { readonly before: string | null; readonly limit: number },
): Promise<ListedRun[]> {
  return await sql<ListedRun[]>`
    select
      id::text, job, scheduled_at as "scheduledAt", started_at as "startedAt", finished_at as "finishedAt", status, result, error,
      skipped
    from job_runs
    where (${page.before}::bigint is null or id < ${page.before}::bigint)
      and (${job}::text is null or job = ${job}::text)
    order by job_runs.id desc
    limit ${page.limit}`;
}
