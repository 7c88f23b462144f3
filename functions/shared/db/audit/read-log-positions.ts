import type { Sql } from 'postgres';

/** How far a log group has been read. */
export type LogPosition = {
  /** RFC 3339: all events before it. Null: none yet. */
  readonly readUntil: string | null;
  /** Leads to the next page of the pass under way, for a day. */
  readonly token: string | null;
};

export type LogPositions = Readonly<Record<string, LogPosition>>;

/** By log group, as the last run that succeeded and looked at logs left them. */
export async function readLogPositions(sql: Sql, job: string): Promise<LogPositions> {
  const [row] = await sql<{ groups: LogPositions }[]>`
    select result #> '{logs,groups}' as groups from job_runs
    where job = ${job} and status = 'succeeded' and result #> '{logs,groups}' is not null
    order by started_at desc, id desc
    limit 1`;
  return row?.groups ?? {};
}
