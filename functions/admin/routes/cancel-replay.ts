import { NoSuchRow, ServiceUnavailable, StateConflict } from '#core/admin-problems.ts';
import { reduceError } from '#core/errors.ts';
import { listReplays } from '#db/replays/list-replays.ts';
import { cancelReplay } from '#runtime/event-replays.ts';
import { followReplays } from '#runtime/follow-replays.ts';
import { logger } from '#runtime/observability.ts';
import { type AdminRoute, answerOnRow, ofRow, type RowId } from '../admin-route.ts';

/** Ends one that is under way; what it has sent so far stays sent. */
export const route: AdminRoute<RowId> = {
  ...ofRow,
  answer: async ({ id }, { database, dryRun }) => {
    await followReplays(database(), { id });
    const [replay] = await listReplays(database(), { id, limit: 1 });
    if (replay === undefined) throw new NoSuchRow('replay');
    if (replay.status !== 'running') throw new StateConflict(`This replay is not running but ${replay.status}`);
    if (dryRun) return answerOnRow(id, { cancelled: 0 });

    const wasRunning = await cancel(replay.name);
    await followReplays(database(), { id });
    if (!wasRunning) throw new StateConflict('This replay is not running any more');
    return answerOnRow(id, { cancelled: 1 });
  },
};

async function cancel(name: string): Promise<boolean> {
  try {
    return await cancelReplay(name);
  } catch (error) {
    logger.error('the replay could not be cancelled', { error: reduceError(error) });
    throw new ServiceUnavailable('EventBridge did not take part: try again');
  }
}
