import { NoSuchRow } from '#core/admin-problems.ts';
import { readAggregation } from '#db/admin/read-aggregation.ts';
import { sumRollups } from '#db/admin/sum-rollups.ts';
import { type AdminRoute, ofRow, type RowId } from '../admin-route.ts';

/** How far a recomputation is, and once it is done what it changed: the rollups as they were and as they are. */
export const route: AdminRoute<RowId> = {
  ...ofRow,
  answer: async ({ id }, { database }) => {
    const row = await readAggregation(database(), id);
    if (row === undefined) throw new NoSuchRow('aggregation');
    const isDone = row.pending === 0;
    const after = isDone ? await sumRollups(database(), row.from.toISOString(), row.to.toISOString()) : null;
    const data = { ...row, status: isDone ? 'done' : 'pending', after };
    return { data, counts: { pending: row.pending } };
  },
};
