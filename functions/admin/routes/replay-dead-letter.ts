import { NoSuchRow, ServiceUnavailable, StateConflict } from '#core/admin-problems.ts';
import { readDeadLetter } from '#db/admin/read-dead-letter.ts';
import { lockDeadLetter } from '#db/lock-dead-letter.ts';
import { replayLetters } from '#runtime/replay-dead-letters.ts';
import { type AdminRoute, answerOnRow, ofRow, type RowId } from '../admin-route.ts';

/** Open or replayed before: what was stored meanwhile is a duplicate then. */
export const route: AdminRoute<RowId> = {
  ...ofRow,
  answer: async ({ id }, { database, dryRun }) => {
    const letter = await readDeadLetter(database(), id);
    if (letter === undefined) throw new NoSuchRow('dead letter');
    if (letter.status === 'discarded') throw new StateConflict('This dead letter was discarded');
    if (dryRun) return answerOnRow(id, { replayed: 0 });

    const { found, replayed } = await replayLetters(database(), (tx) => lockDeadLetter(tx, id));
    if (found === 0) throw new StateConflict('This dead letter was discarded');
    if (replayed === 0) throw new ServiceUnavailable('The dead letter could not be read or its queue did not take it');
    return answerOnRow(id, { replayed });
  },
};
