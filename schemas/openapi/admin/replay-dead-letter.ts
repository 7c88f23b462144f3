import { doneTo, idParameter } from '../admin-parts.ts';
import type { AdminDocumentation } from '../parts.ts';

export const documentation: AdminDocumentation = {
  summary: 'Replays a dead letter',
  parameters: [idParameter('dead letter')],
  data: doneTo('replayed'),
  problems: { 404: 'There is no dead letter of this id', 409: 'It was discarded' },
};
