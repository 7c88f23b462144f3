import type { Sql } from 'postgres';
import type { DescribedReplay, ReplayStatus } from '#core/event-replay.ts';

/** What is known of a running replay now; one that has ended stays as it ended. */
export async function updateReplay(
  sql: Sql,
  id: string,
  { status, state, reason, replayedUntil, endedAt }: DescribedReplay & { readonly status: ReplayStatus },
): Promise<void> {
  await sql`
    update replays
    set status = ${status}, state = ${state}, reason = ${reason}, finished_at = ${endedAt},
      replayed_until = coalesce(${replayedUntil}, replayed_until)
    where id = ${id} and status = 'running'`;
}
