import type { TestEvent } from '../setup/events.ts';
import { amountOf } from './amounts.ts';

/**
 * The contract's section 2 in plain code over a list of events, for the oracles: no SQL, and nothing of functions/.
 * Times are milliseconds, amounts `Amount`s.
 */
export interface Fact {
  readonly id: string;
  /** Per status (or what else names a moment) its earliest time. */
  readonly times: ReadonlyMap<string, number>;
  /** The value that the highest version gives each field. */
  readonly field: (name: string) => unknown;
  readonly text: (name: string) => string | null;
  readonly amount: (name: string) => bigint | null;
  readonly items: readonly Item[];
  readonly events: readonly TestEvent[];
}
export type Item = Readonly<Record<string, unknown>> & { readonly product_id: string; readonly quantity: number };

export interface HandFacts {
  readonly events: readonly TestEvent[];
  readonly orders: ReadonlyMap<string, HandOrder>;
  readonly payments: readonly Fact[];
  readonly shipments: readonly Fact[];
  readonly returns: readonly Fact[];
  readonly sessions: readonly Fact[];
  readonly customers: readonly Fact[];
  /** Per product and warehouse. */
  readonly stock: readonly Fact[];
  readonly spend: readonly TestEvent[];
}

export interface HandOrder extends Fact {
  /** Null: not yet placed. */
  readonly createdAt: number | null;
  readonly status: string | null;
  readonly isCancelled: boolean;
  readonly cancelledAt: number | null;
  readonly currency: string | null;
  readonly customer: string | null;
  /** `unknown` without. */
  readonly channel: string;
  readonly country: string;
  readonly gross: bigint;
  readonly discounts: bigint;
  readonly tax: bigint;
  readonly shipping: bigint;
}

const ofType = (events: readonly TestEvent[], type: string) => events.filter((event) => event.type === type);

export function foldByHand(events: readonly TestEvent[]): HandFacts {
  const facts = (type: string, key: (data: TestEvent['data']) => unknown, moment = 'status') =>
    foldFacts(ofType(events, type), key, moment);
  const orders = facts('orders.order.status_changed', (data) => data.order_id).map(toOrder);
  const withSession = events.filter(({ data }) => data.session_id !== undefined && data.session_id !== null);
  return {
    events,
    orders: new Map(orders.map((order) => [order.id, order])),
    payments: facts('payments.payment.confirmed', (data) => data.payment_id),
    shipments: facts('shipping.shipment.status_changed', (data) => data.shipment_id),
    returns: facts('returns.return.status_changed', (data) => data.return_id),
    // The sequence of an order's event counts versions of the order, not of the session.
    sessions: foldFacts(withSession.map(withoutSequence), (data) => data.session_id, 'none'),
    customers: facts('customers.customer.updated', (data) => data.customer_id),
    stock: facts('inventory.stock.changed', (data) => `${data.product_id}@${data.warehouse_id}`),
    spend: ofType(events, 'marketing.spend.recorded'),
  };
}

const withoutSequence = (event: TestEvent): TestEvent => ({ ...event, data: { ...event.data, sequence: undefined } });

/** The earliest time of any event. */
export const beganAt = ({ events }: Fact): number => Math.min(...events.map(({ time }) => Date.parse(time)));

function foldFacts(events: readonly TestEvent[], keyOf: (data: TestEvent['data']) => unknown, moment: string): Fact[] {
  const groups = Map.groupBy(events, ({ data }) => String(keyOf(data)));
  return [...groups].map(([id, group]) => {
    const ascending = group.toSorted(byVersion);
    const field = (name: string) =>
      ascending.findLast(({ data }) => data[name] !== undefined && data[name] !== null)?.data[name] ?? null;
    const times = new Map<string, number>();
    for (const { data, time } of group) {
      const name = String(data[moment] ?? 'any');
      times.set(name, Math.min(times.get(name) ?? Number.POSITIVE_INFINITY, Date.parse(time)));
    }
    return {
      ...{ id, times, field, events: group },
      text: (name) => (field(name) === null ? null : String(field(name))),
      amount: (name) => (field(name) === null ? null : amountOf(field(name))),
      items: (field('items') ?? []) as Item[],
    };
  });
}

/** (sequence or 0, time, source, id) */
export function byVersion(a: TestEvent, b: TestEvent): number {
  const sequence = ({ data }: TestEvent) => Number(data.sequence ?? 0);
  const inOrder = (x: string, y: string) => (x < y ? -1 : x > y ? 1 : 0);
  return (
    sequence(a) - sequence(b) ||
    Date.parse(a.time) - Date.parse(b.time) ||
    inOrder(a.source, b.source) ||
    inOrder(a.id, b.id)
  );
}

function toOrder(fact: Fact): HandOrder {
  const status = fact.text('status');
  const isCancelled = status === 'cancelled';
  const lines = fact.items;
  const sum = (amounts: readonly bigint[]) => amounts.reduce((total, each) => total + each, 0n);
  return {
    ...{ ...fact, status, isCancelled },
    createdAt: fact.times.get('created') ?? null,
    cancelledAt: isCancelled ? (fact.times.get('cancelled') ?? null) : null,
    currency: fact.text('currency'),
    customer: fact.text('customer_id'),
    channel: fact.text('channel') ?? 'unknown',
    country: fact.text('country') ?? 'unknown',
    gross:
      lines.length > 0
        ? sum(lines.map(({ quantity, unit_price }) => BigInt(quantity) * amountOf(unit_price)))
        : (fact.amount('total_amount') ?? 0n),
    discounts: (fact.amount('discount_amount') ?? 0n) + sum(lines.map((line) => amountOf(line.discount_amount ?? 0))),
    tax: fact.amount('tax_amount') ?? 0n,
    shipping: fact.amount('shipping_amount') ?? 0n,
  };
}
