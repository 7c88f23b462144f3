import { NoSuchRow } from '#core/admin-problems.ts';
import { readParameters } from '#core/query-parameters.ts';
import { readDeadLetter } from '#db/admin/read-dead-letter.ts';
import { type AdminRoute, readId } from '../admin-route.ts';

/** With the masked view; the original can be replayed, and read by nobody. */
export const route: AdminRoute<{ readonly id: string }> = {
  read: (request) => {
    readParameters(request.query, []);
    return { id: readId(request) };
  },
  audited: ({ id }) => ({ id }),
  answer: async ({ id }, { database }) => {
    const data = await readDeadLetter(database(), id);
    if (data === undefined) throw new NoSuchRow('dead letter');
    return { data, counts: { rows: 1 } };
  },
};
