import type { Sql } from 'postgres';
import { reduceError } from '#core/errors.ts';
import { judgeReplay } from '#core/event-replay.ts';
import { listReplays, type ReplayFilter } from '#db/replays/list-replays.ts';
import { updateReplay } from '#db/replays/update-replay.ts';
import { describeReplay } from './event-replays.ts';
import { logger } from './observability.ts';

export interface Followed {
  /** Replays that were under way. */
  readonly running: number;
  /** Of them, those that have ended. */
  readonly ended: number;
  /** Of them, those of which EventBridge said nothing. */
  readonly unreachable: number;
}

/** More than EventBridge runs at once. */
const MOST = 50;

/** Asks EventBridge what became of the replays that are under way, of all or of one, and writes it down. */
export async function followReplays(sql: Sql, { id }: Pick<ReplayFilter, 'id'> = {}): Promise<Followed> {
  const replays = await listReplays(sql, { ...(id !== undefined && { id }), status: 'running', limit: MOST });
  let ended = 0;
  let unreachable = 0;
  for (const replay of replays) {
    try {
      const judged = judgeReplay(await describeReplay(replay.name), replay.requestedAt, new Date());
      if (judged === null) continue;
      await updateReplay(sql, replay.id, judged);
      if (judged.status !== 'running') ended += 1;
    } catch (error) {
      logger.warn('replay could not be followed', { replay: replay.id, error: reduceError(error) });
      unreachable += 1;
    }
  }
  return { running: replays.length, ended, unreachable };
}
