import { idParameter, letter } from '../admin-parts.ts';
import { type AdminDocumentation, closed, instant, text } from '../parts.ts';

export const documentation: AdminDocumentation = {
  summary: 'A dead letter with its masked view',
  parameters: [idParameter('dead letter')],
  data: closed({
    ...letter,
    capturedAt: instant,
    queue: text,
    maskedView: { description: 'The event without personal values, or its shape' },
  }),
  problems: { 404: 'There is no dead letter of this id' },
};
