import { idParameter, notes, replay } from '../admin-parts.ts';
import { type AdminDocumentation, closed, count, orNull } from '../parts.ts';

export const documentation: AdminDocumentation = {
  summary: 'A replay from the bus archive, and what it brought back',
  parameters: [idParameter('replay')],
  data: closed({
    ...replay,
    effect: closed({
      stored: {
        description:
          'Events of its types and range that were stored since; null where there are too many to look through',
        ...orNull(count),
      },
    }),
  }),
  meta: notes,
  problems: { 404: 'There is no replay of this id' },
};
