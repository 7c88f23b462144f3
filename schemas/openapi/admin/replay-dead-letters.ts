import { letterFilter } from '../admin-parts.ts';
import { type AdminDocumentation, closed, count, oneOf, orNull, text } from '../parts.ts';

export const documentation: AdminDocumentation = {
  summary: 'Replays the dead letters that match, the oldest first',
  description:
    'As many as fit into one answer, or `limit`. What is left is `remaining`: the same body with `cursor` goes on. At least one member of the filter is needed; `{"status": "open"}` is all.',
  body: closed(
    {},
    {
      ...letterFilter,
      status: { ...oneOf(['open', 'replayed']), default: 'open' },
      limit: { type: 'integer', minimum: 1, maximum: 10_000, default: 10_000 },
      cursor: { type: 'string', description: 'Of the answer before' },
    },
  ),
  data: closed({ matched: count, replayed: count, failed: count, remaining: count, cursor: orNull(text) }),
};
