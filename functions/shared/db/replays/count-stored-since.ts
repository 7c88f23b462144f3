import type { Sql } from 'postgres';
import { errorCode } from '#core/classify-error.ts';
import type { StoredReplay } from './list-replays.ts';

/** A replay of months of millions of events is not counted through: the answer has 29 s for all. */
const PATIENCE = '8s';
const QUERY_CANCELED = '57014';

/**
 * Events of the replay's types and range, by their own time, that were stored since it was asked for, and before the next
 * replay was. Events that came late by themselves meanwhile are among them. Null: there are too many to look through.
 */
export async function countStoredSince(
  sql: Sql,
  { id, from, to, types, requestedAt }: StoredReplay,
): Promise<number | null> {
  try {
    return await sql.begin(async (tx) => {
      await tx`select set_config('statement_timeout', ${PATIENCE}, true)`;
      const [row] = await tx<{ events: number }[]>`
        select count(*)::int as events
        from analytics_events
        where occurred_at >= ${from} and occurred_at < ${to} and event_type = any(${[...types]}::text[])
          and received_at >= ${requestedAt}
          and received_at < (select coalesce(min(requested_at), 'infinity') from replays where id > ${id})`;
      return row!.events;
    });
  } catch (error) {
    if (errorCode(error) === QUERY_CANCELED) return null;
    throw error;
  }
}
