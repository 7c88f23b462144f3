import { NoSuchRow, StateConflict } from '#core/admin-problems.ts';
import { readParameters } from '#core/query-parameters.ts';
import { discardDeadLetter } from '#db/admin/discard-dead-letter.ts';
import { readDeadLetter } from '#db/admin/read-dead-letter.ts';
import { type AdminRoute, readId } from '../admin-route.ts';

/** Only an open one: of one that was replayed it is not known yet whether its event was stored. */
export const route: AdminRoute<{ readonly id: string }> = {
  read: (request) => {
    readParameters(request.query, []);
    return { id: readId(request) };
  },
  audited: ({ id }) => ({ id }),
  answer: async ({ id }, { database, dryRun }) => {
    const letter = await readDeadLetter(database(), id);
    if (letter === undefined) throw new NoSuchRow('dead letter');
    if (letter.status !== 'open') throw new StateConflict(`This dead letter is not open: it was ${letter.status}`);
    if (dryRun) return { data: { id, matched: 1, discarded: 0 }, counts: { matched: 1, discarded: 0 } };

    if (!(await discardDeadLetter(database(), id))) throw new StateConflict('This dead letter is not open any more');
    return { data: { id, matched: 1, discarded: 1 }, counts: { matched: 1, discarded: 1 } };
  },
};
