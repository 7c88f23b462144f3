import { NoSuchRow, ServiceUnavailable, StateConflict } from '#core/admin-problems.ts';
import { reduceError } from '#core/errors.ts';
import { readParameters } from '#core/query-parameters.ts';
import { listReplays } from '#db/replays/list-replays.ts';
import { cancelReplay } from '#runtime/event-replays.ts';
import { followReplays } from '#runtime/follow-replays.ts';
import { logger } from '#runtime/observability.ts';
import { type AdminRoute, readId } from '../admin-route.ts';

/** Ends one that is under way; what it has sent so far stays sent. */
export const route: AdminRoute<{ readonly id: string }> = {
  read: (request) => {
    readParameters(request.query, []);
    return { id: readId(request) };
  },
  audited: ({ id }) => ({ id }),
  answer: async ({ id }, { database, dryRun }) => {
    await followReplays(database(), { id });
    const [replay] = await listReplays(database(), { id, limit: 1 });
    if (replay === undefined) throw new NoSuchRow('replay');
    if (replay.status !== 'running') throw new StateConflict(`This replay is not running but ${replay.status}`);
    if (dryRun) return { data: { id, matched: 1, cancelled: 0 }, counts: { matched: 1, cancelled: 0 } };

    const wasRunning = await cancel(replay.name);
    await followReplays(database(), { id });
    if (!wasRunning) throw new StateConflict('This replay is not running any more');
    return { data: { id, matched: 1, cancelled: 1 }, counts: { matched: 1, cancelled: 1 } };
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
