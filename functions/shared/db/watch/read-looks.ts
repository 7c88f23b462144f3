import type { Sql } from 'postgres';
import type { Look } from '#core/watch/judge-growth.ts';

/** What the runs of `watch` saw in the four weeks before `now`, and what there is now; the oldest first. */
export async function readLooks(sql: Sql, now: string): Promise<Look[]> {
  const earlier = await sql<{ look: Look }[]>`
    select result->'look' as look from job_runs
    where job = 'watch' and status = 'succeeded' and started_at > ${now}::timestamptz - interval '28 days'
      and (result->'look'->>'at')::timestamptz < ${now}
    order by (result->'look'->>'at')::timestamptz`;
  const [present] = await sql<[Omit<Look, 'at'>]>`
    select
      pg_total_relation_size('processed_events')::float8 as "ledgerBytes",
      (select count(*)::int from dead_letter_queue where status = 'open') as "openLetters"`;
  return [...earlier.map(({ look }) => look), { at: now, ...present }];
}
