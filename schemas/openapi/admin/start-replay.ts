import { known, notes, range } from '../admin-parts.ts';
import { type AdminDocumentation, closed, count, instant, listOf, mapOf, oneOf, rowId, text } from '../parts.ts';

const asked = { from: instant, to: instant, types: listOf(text) };

export const documentation: AdminDocumentation = {
  summary: 'Sends what the bus took in a range again, from its archive',
  body: closed(range, {
    types: { description: 'Event types, or `unmatched`. Default: all types', ...listOf(text) },
  }),
  data: {
    anyOf: [
      { title: 'Begun', ...closed({ id: rowId, ...asked, status: oneOf(['running']), known: closed(known) }) },
      {
        title: 'Of a dry run',
        ...closed({
          ...asked,
          rules: listOf(text),
          known: closed({ ...known, byType: mapOf(count) }),
          archive: closed({
            ...{ name: text, keptSince: instant, events: count, bytes: count },
            retentionDays: { ...count, description: '0: it keeps events for good' },
          }),
        }),
      },
    ],
  },
  meta: notes,
  problems: { 409: 'EventBridge runs as many replays as it may' },
};
