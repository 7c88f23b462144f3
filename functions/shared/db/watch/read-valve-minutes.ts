import type { Sql } from 'postgres';

/** What the valve's newest run reported; null where none of the quarter of an hour before `now` has come to its end. */
export async function readValveMinutes(sql: Sql, now: string): Promise<number | null> {
  const [row] = await sql<{ minutes: number }[]>`
    select coalesce((result->>'minutes')::int, 0) as minutes from job_runs
    where job = 'valve' and status = 'succeeded'
      and started_at > ${now}::timestamptz - interval '15 minutes' and started_at <= ${now}
    order by id desc limit 1`;
  return row?.minutes ?? null;
}
