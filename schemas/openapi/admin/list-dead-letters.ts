import { letter, letterFilter } from '../admin-parts.ts';
import { type AdminDocumentation, closed, listOf, parameter } from '../parts.ts';
import { page, paged } from '../shared.ts';

export const documentation: AdminDocumentation = {
  summary: 'Dead letters, the newest first',
  parameters: [
    parameter('type', letterFilter.type, 'An event type, also one without a subscription'),
    parameter('reason', letterFilter.reason, 'Why it was refused'),
    parameter('status', letterFilter.status, 'What became of it'),
    parameter('from', letterFilter.from, 'When the event came to the service, at the earliest'),
    parameter('to', letterFilter.to, 'When it came, before'),
    ...page,
  ],
  data: listOf(closed(letter), { maxItems: 500 }),
  meta: paged,
};
