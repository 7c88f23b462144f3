import { doneTo, idParameter } from '../admin-parts.ts';
import type { AdminDocumentation } from '../parts.ts';

export const documentation: AdminDocumentation = {
  summary: 'Acknowledges an open finding: it alarms no more',
  parameters: [idParameter('finding')],
  data: doneTo('acknowledged'),
  problems: { 404: 'There is no finding of this id', 409: 'It is not open' },
};
