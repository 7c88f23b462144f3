import { NoSuchRow, StateConflict } from '#core/admin-problems.ts';
import { discardDeadLetter } from '#db/admin/discard-dead-letter.ts';
import { readDeadLetter } from '#db/admin/read-dead-letter.ts';
import { type AdminRoute, answerOnRow, ofRow, type RowId } from '../admin-route.ts';

/** Only an open one: of one that was replayed it is not known yet whether its event was stored. */
export const route: AdminRoute<RowId> = {
  ...ofRow,
  answer: async ({ id }, { database, dryRun }) => {
    const letter = await readDeadLetter(database(), id);
    if (letter === undefined) throw new NoSuchRow('dead letter');
    if (letter.status !== 'open') throw new StateConflict(`This dead letter is not open: it was ${letter.status}`);
    if (dryRun) return answerOnRow(id, { discarded: 0 });

    if (!(await discardDeadLetter(database(), id))) throw new StateConflict('This dead letter is not open any more');
    return answerOnRow(id, { discarded: 1 });
  },
};
