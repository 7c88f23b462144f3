import { eventTypes } from '#contract/event-types.ts';
import { TOKEN } from '../e2e/personal-values.ts';
import { makePersonalEvent, refusedEvents } from '../e2e/refused-events.ts';

/** Valid events of every type with every personal field; some of them in forms that the list of fields does not have. */
export function personalBodies(): string[] {
  const bodies = eventTypes.map(({ type }) => JSON.stringify(makePersonalEvent(type, `valid-${type}`)));
  const visit = (id: string, data: object) => JSON.stringify(makePersonalEvent('analytics.page_view', id, {}, data));
  return [
    ...bodies,
    // an agent that no list knows, a page on a network address, an address encoded twice
    visit('agent', { user_agent: `${TOKEN}/1.0 (${TOKEN})` }),
    visit('host', { page_url: `http://203.0.113.77/${TOKEN}@mail.example`, referrer: `https://x.example/#${TOKEN}` }),
    visit('encoded', { search_term: `${TOKEN}%2540mail.example`, utm: { term: `${TOKEN}%40mail.example` } }),
    // two contents of one identity
    JSON.stringify(makePersonalEvent('customers.customer.updated', 'conflict', {}, { country: 'DE' })),
    JSON.stringify(makePersonalEvent('customers.customer.updated', 'conflict', {}, { country: 'FR' })),
  ];
}

/** One body for each way of being refused. */
export const refusedBodies = (): string[] => refusedEvents.map(({ body }, index) => body(`refused-${index}`));

/**
 * One code at least of each class of errors that PostgreSQL reports (appendix A of its manual), as far as a statement of
 * ours can meet it.
 */
export const sqlStates = [
  ...[
    '08006',
    '0A000',
    '21000',
    '22001',
    '22003',
    '22007',
    '22021',
    '22P02',
    '22P05',
    '23502',
    '23503',
    '23505',
    '23514',
  ],
  ...[
    '25006',
    '28000',
    '2BP01',
    '40001',
    '40P01',
    '42501',
    '42703',
    '42P01',
    '53100',
    '53200',
    '53300',
    '54000',
    '55000',
  ],
  ...['55P03', '57014', '57P01', '57P03', '58030', 'F0000', 'P0001', 'XX000', 'XX001'],
] as const;
