import { NoSuchRow, StateConflict } from '#core/admin-problems.ts';
import { readParameters } from '#core/query-parameters.ts';
import { acknowledgeReconciliation, readReconciliationStatus } from '#db/admin/acknowledge-reconciliation.ts';
import { type AdminRoute, readId } from '../admin-route.ts';

/** Of an open finding that nothing will heal: it alarms no more, until more is missing. */
export const route: AdminRoute<{ readonly id: string }> = {
  read: (request) => {
    readParameters(request.query, []);
    return { id: readId(request) };
  },
  audited: ({ id }) => ({ id }),
  answer: async ({ id }, { database, dryRun }) => {
    const status = await readReconciliationStatus(database(), id);
    if (status === undefined) throw new NoSuchRow('reconciliation');
    if (status !== 'open') throw new StateConflict(`This finding is not open: it is ${status}`);
    if (dryRun) return { data: { id, matched: 1, acknowledged: 0 }, counts: { matched: 1, acknowledged: 0 } };

    if (!(await acknowledgeReconciliation(database(), id)))
      throw new StateConflict('This finding is not open any more');
    return { data: { id, matched: 1, acknowledged: 1 }, counts: { matched: 1, acknowledged: 1 } };
  },
};
