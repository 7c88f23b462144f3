import { doneTo, idParameter } from '../admin-parts.ts';
import type { AdminDocumentation } from '../parts.ts';

export const documentation: AdminDocumentation = {
  summary: 'Ends a replay that is under way; what it has sent stays sent',
  parameters: [idParameter('replay')],
  data: doneTo('cancelled'),
  problems: { 404: 'There is no replay of this id', 409: 'It is not running' },
};
