import { NoSuchRow } from '#core/admin-problems.ts';
import { readDeadLetter } from '#db/admin/read-dead-letter.ts';
import { type AdminRoute, ofRow, type RowId } from '../admin-route.ts';

/** With the masked view; the original can be replayed, and read by nobody. */
export const route: AdminRoute<RowId> = {
  ...ofRow,
  answer: async ({ id }, { database }) => {
    const data = await readDeadLetter(database(), id);
    if (data === undefined) throw new NoSuchRow('dead letter');
    return { data, counts: { rows: 1 } };
  },
};
