import { NoSuchRow, StateConflict } from '#core/admin-problems.ts';
import { acknowledgeReconciliation, readReconciliationStatus } from '#db/admin/acknowledge-reconciliation.ts';
import { type AdminRoute, answerOnRow, ofRow, type RowId } from '../admin-route.ts';

/** Of an open finding that nothing will heal: it alarms no more, until more is missing. */
export const route: AdminRoute<RowId> = {
  ...ofRow,
  answer: async ({ id }, { database, dryRun }) => {
    const status = await readReconciliationStatus(database(), id);
    if (status === undefined) throw new NoSuchRow('reconciliation');
    if (status !== 'open') throw new StateConflict(`This finding is not open: it is ${status}`);
    if (dryRun) return answerOnRow(id, { acknowledged: 0 });

    if (!(await acknowledgeReconciliation(database(), id)))
      throw new StateConflict('This finding is not open any more');
    return answerOnRow(id, { acknowledged: 1 });
  },
};
