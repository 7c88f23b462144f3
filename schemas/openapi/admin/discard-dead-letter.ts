import { doneTo, idParameter } from '../admin-parts.ts';
import type { AdminDocumentation } from '../parts.ts';

export const documentation: AdminDocumentation = {
  summary: 'Discards an open dead letter',
  parameters: [idParameter('dead letter')],
  data: doneTo('discarded'),
  problems: { 404: 'There is no dead letter of this id', 409: 'It is not open' },
};
