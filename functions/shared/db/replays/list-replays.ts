import type { Sql } from 'postgres';
import type { ReplayStatus } from '#core/event-replay.ts';

export interface StoredReplay {
  readonly id: string;
  readonly name: string;
  /** [from, to) by the time at which the bus took the events. */
  readonly from: Date;
  readonly to: Date;
  readonly types: readonly string[];
  readonly knownBefore: number;
  readonly status: ReplayStatus;
  readonly state: string | null;
  readonly reason: string | null;
  readonly replayedUntil: Date | null;
  readonly requestedAt: Date;
  readonly finishedAt: Date | null;
}

export interface ReplayFilter {
  readonly id?: string;
  readonly status?: ReplayStatus;
  /** The last id seen. */
  readonly before?: string | null;
  readonly limit: number;
}

/** The newest first. */
export async function listReplays(sql: Sql, { id, status, before, limit }: ReplayFilter): Promise<StoredReplay[]> {
  return await sql<StoredReplay[]>`
    select
      id::text, name, from_at as "from", to_at as "to", types, known_before::int8::float8 as "knownBefore", status, state,
      reason, replayed_until as "replayedUntil", requested_at as "requestedAt", finished_at as "finishedAt"
    from replays
    where (${id ?? null}::bigint is null or id = ${id ?? null}::bigint)
      and (${status ?? null}::text is null or status = ${status ?? null}::text)
      and (${before ?? null}::bigint is null or id < ${before ?? null}::bigint)
    order by replays.id desc
    limit ${limit}`;
}
