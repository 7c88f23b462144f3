import type { EventRows } from '#core/rows.ts';

/** Values that validation lets nobody send, each refused by the database in its own way. */
export const poisons: Record<string, (row: EventRows) => EventRows> = {
  'a NUL in a text': (row) => ({ ...row, event: { ...row.event, channel: 'a\0b' } }),
  'a NUL in the JSON': (row) => ({ ...row, event: { ...row.event, data: { note: 'a\0b' } } }),
  'no number': (row) => ({ ...row, event: { ...row.event, amount: 'twelve' } }),
  'no instant': (row) => ({ ...row, event: { ...row.event, occurred_at: '2026-13-01T00:00:00Z' } }),
  'a null that may not be': (row) => ({ ...row, event: { ...row.event, event_type: null as unknown as string } }),
  'a fact that its column cannot hold': (row) => ({
    ...row,
    facts: [{ table: 'orders', key: row.event.event_id, earliest: { created: ['yesterday-ish'] }, latest: {} }],
  }),
  'a key that its index cannot hold': (row) => ({
    ...row,
    // Random, or compression would make it fit
    event: {
      ...row.event,
      order_id: Array.from({ length: 4_000 }, () => Math.random().toString(36).slice(2, 5)).join(''),
    },
  }),
};
