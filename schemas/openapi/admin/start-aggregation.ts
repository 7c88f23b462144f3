import { range } from '../admin-parts.ts';
import { type AdminDocumentation, closed, count, instant, orNull, rowId } from '../parts.ts';

export const documentation: AdminDocumentation = {
  summary: 'Has the hours of a range recomputed from facts, by the run of the next minute',
  body: closed(range),
  data: closed({ id: orNull(rowId), from: instant, to: instant, hours: count, marked: count }),
};
