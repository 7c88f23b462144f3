import type { CommonParameters } from '#core/query-parameters.ts';
import { formatInstant } from '#core/time-windows.ts';
import type { StoredState } from '#db/query/read-freshness.ts';
import type { Sales } from './ask-sales.ts';

/** `meta` of an answer: what it is about and how far it can be trusted. */
export function answerMeta(
  { range, timeZone, granularity, currency }: CommonParameters,
  about: {
    readonly now: Date;
    readonly state: StoredState;
    readonly sales: Sales;
    readonly previous: Sales | null;
    readonly missing: readonly string[];
  },
) {
  const { now, state, sales, previous, missing } = about;
  const newest = state.newestEventAt;
  return {
    period: {
      from: formatInstant(range.from, timeZone),
      to: formatInstant(range.to, timeZone),
      timezone: timeZone,
      granularity,
    },
    currency,
    asOf: now.toISOString(),
    freshness: {
      newestEventAt: newest?.toISOString() ?? null,
      // a producer's clock may be ahead of ours
      lagSeconds: newest && Math.max(0, Math.round((now.getTime() - newest.getTime()) / 1000)),
      pendingWindows: state.pendingWindows,
      complete: state.pendingWindows === 0,
    },
    unconverted: sales.total.unconverted,
    notes: [...missing, ...leftOutNotes(sales, ''), ...(previous ? leftOutNotes(previous, 'previous period: ') : [])],
  };
}

function leftOutNotes({ total, leftOut }: Sales, prefix: string): string[] {
  if (leftOut === null) return [];
  const counts = { 'orders placed': total.unconverted, ...leftOut };
  const named = Object.entries(counts).filter(([, count]) => count > 0);
  const list = named.map(([name, count]) => `${count} ${name}`).join(', ');
  return [`${prefix}left out of all sums, for want of an exchange rate of their day: ${list}`];
}

const suppliers = {
  orders: 'sales and orders: orders.order.status_changed with status created',
  payments: 'collected: payments.payment.confirmed',
  refunds: 'returns: returns.return.status_changed with status refunded',
  sessions: 'sessions, conversionRate: analytics.page_view, or any event with a session_id',
  customers: 'customers: customers.customer.updated, or any event with a customer_id',
};

/** A note for each of these inputs that has never been sent, with the event type that would supply it. */
export function missingInputs(state: StoredState, inputs: readonly (keyof typeof suppliers)[]): string[] {
  return inputs.filter((input) => !state[input]).map((input) => `never sent: ${suppliers[input]}`);
}
