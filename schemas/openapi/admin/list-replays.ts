import { notes, replay } from '../admin-parts.ts';
import { type AdminDocumentation, closed, listOf, parameter } from '../parts.ts';
import { page, paged } from '../shared.ts';

export const documentation: AdminDocumentation = {
  summary: 'Replays from the bus archive, the newest first',
  parameters: [parameter('status', replay.status, 'How it stands'), ...page],
  data: listOf(closed(replay), { maxItems: 500 }),
  meta: { ...paged, ...notes },
};
