import type { TestEvent } from '../setup/events.ts';
import { type Amount, amountOf, shownAmount, times } from './amounts.ts';
import { beganAt, byVersion, type Fact, type HandFacts, type HandOrder } from './fold-by-hand.ts';
import { rateByHand } from './rates-by-hand.ts';

export interface CellAsked {
  readonly metric: string;
  readonly from: number;
  readonly to: number;
  readonly lens: string;
  readonly channel: string | null;
  readonly country: string | null;
  readonly method: string | null;
  readonly product_id: string | null;
}

/** The metrics that are explained here; of the others it is tested that they sum to the cells of their routes. */
export const metricsByHand = [
  ...['gross', 'discounts', 'cancellations', 'returns', 'net', 'tax', 'shipping', 'total', 'collected', 'refunds'],
  ...['orders', 'cancelled', 'payments', 'units', 'sessions', 'convertedSessions', 'activeCustomers', 'newCustomers'],
  'returningCustomers',
] as const;

interface Part {
  /** Where it is not the time of `bookedBy`. */
  readonly at?: number;
  readonly event: TestEvent | undefined;
  readonly bookedBy: TestEvent | undefined;
  readonly aggregate: string;
  readonly aggregateId: string;
  readonly measure: string;
  readonly field: string;
  /** Of counts 1. */
  readonly amount: Amount;
  /** Null: people and sessions, which nobody converts. */
  readonly currency: string | null;
  readonly convertedAt: number;
}

const ONE = amountOf('1');
const HOUR = 3_600_000;
const net: Readonly<Record<string, bigint>> = { gross: 1n, discounts: -1n, cancellations: -1n, returns: -1n };
const isCount = /sessions|customers|^orders$|^cancelled$|^payments$|^units$/i;

/** The contributions of a cell as the answer lists them, but for the form of instants, which are milliseconds here. */
export function explainByHand(facts: HandFacts, asked: CellAsked) {
  const { metric, from, to } = asked;
  const signs = metric === 'net' ? net : metric === 'total' ? { ...net, tax: 1n, shipping: 1n } : { [metric]: 1n };
  const counts = isCount.test(metric);
  return [...orderParts(facts, asked), ...moneyParts(facts, asked), ...peopleParts(facts, asked)]
    .flatMap(({ event, bookedBy, amount, currency, convertedAt, at: bookedAt, ...part }) => {
      const [rate, sign] = [currency === null ? ONE : rateByHand(currency, convertedAt), signs[part.measure]];
      const at = bookedAt ?? Date.parse(bookedBy?.time ?? '');
      if (sign === undefined || rate === null || amount === 0n || !(at >= from && at < to)) return [];
      const value = sign * times(amount, counts ? ONE : rate);
      return {
        ...{ event: shownEvent(event), bookedBy: shownEvent(bookedBy), bookedAt: at, ...part },
        amount: counts ? null : shownAmount(amount),
        currency: counts ? null : currency,
        rate: counts ? null : shownAmount(rate, 0).replace(/\.$/, ''),
        value: counts ? Number(shownAmount(value)) : shownAmount(value),
      };
    })
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

type Keyed = Pick<Part, 'aggregate' | 'aggregateId' | 'measure' | 'field'> & { readonly bookedAt: number };
const keyOf = ({ bookedAt, aggregate, aggregateId, measure, field }: Keyed) =>
  [String(bookedAt).padStart(16, '0'), aggregate, aggregateId, measure, field].join('\u0001');

const shownEvent = (event: TestEvent | undefined) =>
  event && {
    ...{ source: event.source, id: event.id, type: event.type, time: Date.parse(event.time) },
    traceId: String(event.traceparent).split('-')[1],
  };

/** The event whose value of the field holds. */
const winner = ({ events }: Fact, field: string) =>
  events.toSorted(byVersion).findLast(({ data }) => data[field] !== undefined && data[field] !== null);
const first = (events: readonly TestEvent[]) =>
  events
    .map((event) => ({ event, key: [new Date(event.time).toISOString(), event.source, event.id].join('\u0001') }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))[0]?.event;
const firstOf = ({ events }: Fact, status: string) => first(events.filter(({ data }) => data.status === status));

const isAsked = ({ channel, country }: CellAsked, order: HandOrder | undefined) =>
  (channel === null || channel === (order?.channel ?? 'unknown')) &&
  (country === null || country === (order?.country ?? 'unknown'));

function orderParts({ orders }: HandFacts, asked: CellAsked): Part[] {
  return [...orders.values()].flatMap((order) => {
    const created = firstOf(order, 'created');
    if (created === undefined || !isAsked(asked, order)) return [];
    const cancelled = asked.lens === 'order_date' ? created : firstOf(order, 'cancelled');
    const lines = order.items;
    const lineDiscounts = lines.reduce((sum, line) => sum + amountOf(line.discount_amount ?? 0), 0n);
    const part = (measure: string, field: string, amount: Amount, bookedBy: TestEvent | undefined): Part => ({
      ...{ event: winner(order, field) ?? firstOf(order, field), bookedBy },
      ...{ aggregate: 'order', aggregateId: order.id, measure, field, amount },
      ...{ currency: order.currency, convertedAt: Date.parse(created.time) },
    });
    const grossField = lines.length > 0 ? 'items' : 'total_amount';
    const ofProduct = lines.filter(({ product_id }) => asked.product_id === null || product_id === asked.product_id);
    const productGross = ofProduct.reduce((sum, line) => sum + BigInt(line.quantity) * amountOf(line.unit_price), 0n);
    const units = ofProduct.reduce((sum, { quantity }) => sum + BigInt(quantity), 0n);
    const isOfProduct = asked.metric === 'gross' && asked.product_id !== null;
    return [
      isOfProduct ? part('gross', 'items', productGross, created) : part('gross', grossField, order.gross, created),
      part('units', 'items', units * ONE, created),
      part('discounts', 'items', lineDiscounts, created),
      part('discounts', 'discount_amount', order.discounts - lineDiscounts, created),
      part('tax', 'tax_amount', order.tax, created),
      part('shipping', 'shipping_amount', order.shipping, created),
      asked.product_id === null
        ? part('orders', 'created', ONE, created)
        : part('orders', 'items', ofProduct.length > 0 ? ONE : 0n, created),
      ...(order.isCancelled
        ? [
            part('cancellations', 'items', (lines.length > 0 ? order.gross : 0n) - lineDiscounts, cancelled),
            part('cancellations', 'total_amount', lines.length > 0 ? 0n : order.gross, cancelled),
            part('cancellations', 'discount_amount', lineDiscounts - order.discounts, cancelled),
            part('cancelled', 'cancelled', ONE, cancelled),
          ]
        : []),
    ];
  });
}

function moneyParts({ orders, returns, payments }: HandFacts, asked: CellAsked): Part[] {
  const refunds = returns.flatMap((fact): Part[] => {
    const refunded = firstOf(fact, 'refunded');
    const order = orders.get(fact.text('order_id') ?? '');
    if (refunded === undefined || !isAsked(asked, order)) return [];
    const part = {
      ...{ event: winner(fact, 'refund_amount'), aggregate: 'return', aggregateId: fact.id, field: 'refund_amount' },
      ...{ amount: fact.amount('refund_amount') ?? 0n, currency: fact.text('currency') },
      convertedAt: Date.parse(refunded.time),
    };
    const byOrder = asked.lens === 'order_date' ? order && firstOf(order, 'created') : undefined;
    return [
      { ...part, measure: 'refunds', bookedBy: refunded },
      ...(order?.isCancelled ? [] : [{ ...part, measure: 'returns', bookedBy: byOrder ?? refunded }]),
    ];
  });
  const paid = payments.flatMap((fact): Part[] => {
    if (!isAsked(asked, orders.get(fact.text('order_id') ?? ''))) return [];
    if (asked.method !== null && asked.method !== (fact.text('method') ?? 'unknown')) return [];
    const bookedBy = first(fact.events);
    const part = { bookedBy, aggregate: 'payment', aggregateId: fact.id, currency: fact.text('currency') };
    const convertedAt = Date.parse(bookedBy?.time ?? '');
    return [
      {
        ...part,
        ...{ measure: 'collected', field: 'amount', event: winner(fact, 'amount') },
        ...{ amount: fact.amount('amount') ?? 0n, convertedAt },
      },
      { ...part, ...{ measure: 'payments', field: 'confirmed', event: bookedBy, amount: ONE, convertedAt } },
    ];
  });
  return [...refunds, ...paid];
}

function peopleParts({ events, orders, sessions }: HandFacts, asked: CellAsked): Part[] {
  const isOfChannel = (channel: unknown) => asked.channel === null || asked.channel === (channel ?? 'unknown');
  const isInside = (event: TestEvent) => Date.parse(event.time) >= asked.from && Date.parse(event.time) < asked.to;
  const count = { amount: ONE, currency: null, convertedAt: asked.from };
  const creations = [...orders.values()].flatMap((order) => {
    const created = firstOf(order, 'created');
    return created ? [{ order, created }] : [];
  });

  const ofSessions = sessions
    .filter((session) => isOfChannel(session.text('channel')))
    .flatMap((session): Part[] => {
      const bookedBy = first(session.events);
      if (Date.parse(bookedBy?.time ?? '') !== beganAt(session))
        throw new Error('a session begins with its first event');
      const part = { ...count, bookedBy, aggregate: 'session', aggregateId: session.id };
      const order = first(
        creations.filter(({ order }) => order.text('session_id') === session.id).map(({ created }) => created),
      );
      return [
        { ...part, measure: 'sessions', field: 'event', event: bookedBy },
        ...(order ? [{ ...part, measure: 'convertedSessions', field: 'created', event: order }] : []),
      ];
    });

  const bought = creations.filter(({ order, created }) => isOfChannel(order.text('channel')) && isInside(created));
  const buyers = [...Map.groupBy(bought, ({ order }) => order.customer)].flatMap(([customer, ordered]): Part[] => {
    if (customer === null) return [];
    const event = first(ordered.map(({ created }) => created));
    const isReturning = creations.some(
      ({ order, created }) => order.customer === customer && Date.parse(created.time) < asked.from,
    );
    const measure = isReturning ? 'returningCustomers' : 'newCustomers';
    return [
      { ...count, event, bookedBy: event, aggregate: 'customer', aggregateId: customer, measure, field: 'created' },
    ];
  });

  const activities = events.filter(isInside).flatMap((event) => {
    const order = orders.get(String(event.data.order_id));
    const customers = isOfChannel(event.data.channel ?? order?.text('channel'))
      ? [event.data.customer_id ?? null, order?.customer ?? null]
      : [];
    return customers.filter((customer) => customer !== null).map((customer) => ({ customer: String(customer), event }));
  });
  const active = [...Map.groupBy(activities, ({ customer }) => customer)].map(([customer, seen]): Part => {
    const event = first(seen.map(({ event: one }) => one));
    // by its hour, since that is what stays when raw events leave
    const hour = Math.floor(Date.parse(event?.time ?? '') / HOUR) * HOUR;
    return {
      ...{ ...count, event, bookedBy: event, aggregate: 'customer', aggregateId: customer },
      ...{ measure: 'activeCustomers', field: 'active', at: Math.max(hour, asked.from) },
    };
  });
  return [...ofSessions, ...buyers, ...active];
}
