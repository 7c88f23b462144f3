import { idParameter, rollups } from '../admin-parts.ts';
import { type AdminDocumentation, closed, count, instant, oneOf, orNull, rowId } from '../parts.ts';

export const documentation: AdminDocumentation = {
  summary: 'How far a recomputation is, and what the rollups said before and say now',
  parameters: [idParameter('recomputation')],
  data: closed({
    ...{ id: rowId, requestedAt: instant, from: instant, to: instant, hours: count, pending: count },
    ...{ status: oneOf(['pending', 'done']), before: rollups, after: orNull(rollups) },
  }),
  problems: { 404: 'There is no recomputation of this id' },
};
