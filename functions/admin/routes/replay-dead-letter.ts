import { NoSuchRow, ServiceUnavailable, StateConflict } from '#core/admin-problems.ts';
import { readParameters } from '#core/query-parameters.ts';
import { readDeadLetter } from '#db/admin/read-dead-letter.ts';
import { lockDeadLetter } from '#db/lock-dead-letter.ts';
import { replayLetters } from '#runtime/replay-dead-letters.ts';
import { type AdminRoute, readId } from '../admin-route.ts';

/** Open or replayed before: what was stored meanwhile is a duplicate then. */
export const route: AdminRoute<{ readonly id: string }> = {
  read: (request) => {
    readParameters(request.query, []);
    return { id: readId(request) };
  },
  audited: ({ id }) => ({ id }),
  answer: async ({ id }, { database, dryRun }) => {
    const letter = await readDeadLetter(database(), id);
    if (letter === undefined) throw new NoSuchRow('dead letter');
    if (letter.status === 'discarded') throw new StateConflict('This dead letter was discarded');
    if (dryRun) return { data: { id, matched: 1, replayed: 0 }, counts: { matched: 1, replayed: 0 } };

    const { found, replayed } = await replayLetters(database(), (tx) => lockDeadLetter(tx, id));
    if (found === 0) throw new StateConflict('This dead letter was discarded');
    if (replayed === 0) throw new ServiceUnavailable('The dead letter could not be read or its queue did not take it');
    return { data: { id, matched: 1, replayed }, counts: { matched: 1, replayed } };
  },
};
