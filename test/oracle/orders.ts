import { type Answer, type Question, shiftBack } from './ask-route.ts';
import { changeByHand } from './change-by-hand.ts';
import { durationsByHand } from './durations-by-hand.ts';
import type { Fact, HandFacts, HandOrder } from './fold-by-hand.ts';
import { rateByHand } from './rates-by-hand.ts';

interface Period {
  readonly from: number;
  readonly to: number;
  readonly channel: string | null;
  readonly now: number;
}

/** What moves an order on: its payments, and its parcels or some of them. */
interface Moved {
  readonly order: HandOrder;
  readonly paidAt: number | null;
  readonly parcels: readonly Fact[];
}

/** `/orders` from the facts; the labels of the buckets are the answer's own. */
export function ordersByHand(facts: HandFacts, question: Question, { data }: Answer) {
  const { from, to, now, parameters } = question;
  const period: Period = { from, to, now, channel: parameters.channel ?? null };
  const orders = placed(facts, period);
  const figures = figuresByHand(facts, period);
  const previous = parameters.compare && figuresByHand(facts, { ...period, ...shiftBack(question) });
  const statuses = Map.groupBy(orders, ({ status }) => status);
  const labels = (data.series as { bucket: string }[]).map(({ bucket }) => bucket);
  return {
    data: {
      ...figures,
      statusDistribution: [...statuses]
        .map(([status, { length }]) => ({ status, orders: length, share: length / orders.length }))
        .toSorted((a, b) => b.orders - a.orders || (String(a.status) < String(b.status) ? -1 : 1)),
      byCarrier: facts.shipments.length === 0 ? null : carriersByHand(facts, period),
      series: labels.map((bucket, index) => {
        const next = labels[index + 1];
        const until = next === undefined ? to : Date.parse(next);
        return { bucket, ...countsByHand(facts, { ...period, from: Math.max(from, Date.parse(bucket)), to: until }) };
      }),
      ...(previous && {
        previous: { period: data.previous.period, ...previous },
        change: changeByHand(figures, previous),
      }),
    },
    unconverted: created(facts, period).length - orders.length,
  };
}

const created = ({ orders }: HandFacts, { from, to, channel }: Period) =>
  [...orders.values()].filter(
    ({ createdAt, ...order }) =>
      createdAt !== null && createdAt >= from && createdAt < to && (channel === null || channel === order.channel),
  );
const placed = (facts: HandFacts, period: Period) =>
  created(facts, period).filter(({ currency, createdAt }) => rateByHand(currency, createdAt ?? 0) !== null);

const earliest = (times: readonly (number | undefined)[]): number | null => {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? null : Math.min(...known);
};
const reached = (parcels: readonly Fact[], status: string) => earliest(parcels.map(({ times }) => times.get(status)));

function movedOrders(facts: HandFacts, period: Period): Moved[] {
  return placed(facts, period).map((order) => ({
    order,
    paidAt: earliest(
      facts.payments.filter((one) => one.text('order_id') === order.id).flatMap(({ times }) => [...times.values()]),
    ),
    parcels: facts.shipments.filter((one) => one.text('order_id') === order.id),
  }));
}

const isSent = ({ shipments }: HandFacts, status: string) => shipments.some(({ times }) => times.has(status));

function countsByHand(facts: HandFacts, period: Period) {
  const moved = movedOrders(facts, period);
  const count = (is: (one: Moved) => boolean) => moved.filter(is).length;
  const countParcels = (status: string) =>
    isSent(facts, status) ? count(({ parcels }) => reached(parcels, status) !== null) : null;
  return {
    placed: moved.length,
    cancelled: count(({ order }) => order.isCancelled),
    paid: facts.payments.length > 0 ? count(({ paidAt }) => paidAt !== null) : null,
    handedOver: countParcels('handed_over'),
    delivered: countParcels('delivered'),
  };
}

function figuresByHand(facts: HandFacts, period: Period) {
  const moved = movedOrders(facts, period);
  const cancelled = moved.filter(({ order }) => order.isCancelled).length;
  const picked = moved
    .flatMap(({ parcels }) => parcels.flatMap(({ items }) => items))
    .filter((item) => (item.picked_quantity ?? null) !== null);
  const exact = picked.filter(({ picked_quantity, quantity }) => picked_quantity === quantity).length;
  return {
    placed: moved.length,
    cancellationRate: moved.length > 0 ? cancelled / moved.length : null,
    fulfilment: {
      ...fulfilmentByHand(facts, period, moved),
      pickingAccuracy: picked.length > 0 ? exact / picked.length : null,
    },
  };
}

function carriersByHand(facts: HandFacts, period: Period) {
  const moved = movedOrders(facts, period);
  const carrierOf = (parcel: Fact) => parcel.text('carrier') ?? 'unknown';
  const names = [...new Set(moved.flatMap(({ parcels }) => parcels.map(carrierOf)))];
  return names
    .map((carrier) => {
      const ofCarrier = moved
        .map((one) => ({ ...one, parcels: one.parcels.filter((parcel) => carrierOf(parcel) === carrier) }))
        .filter(({ parcels }) => parcels.length > 0);
      return { carrier, orders: ofCarrier.length, ...fulfilmentByHand(facts, period, ofCarrier) };
    })
    .toSorted((a, b) => b.orders - a.orders || (a.carrier < b.carrier ? -1 : 1));
}

function fulfilmentByHand(facts: HandFacts, { to, now }: Period, moved: readonly Moved[]) {
  const estimate = (parcel: Fact) => {
    const text = parcel.text('estimated_delivery_at');
    return text === null ? undefined : Date.parse(text);
  };
  const hours = (isKnown: boolean, at: (one: Moved) => number | null) => {
    const spans = moved.flatMap((one) => {
      const end = at(one);
      return end === null ? [] : [end - Number(one.order.createdAt)];
    });
    const spread = durationsByHand(spans, 'hours');
    return isKnown ? spread : { ...spread, count: null };
  };
  const delivered = moved.flatMap(({ parcels }) => {
    const at = reached(parcels, 'delivered');
    const first = parcels.filter(({ times }) => times.get('delivered') === at);
    const promised = at === null ? null : earliest(first.map(estimate));
    return at === null || promised === null ? [] : [at <= promised];
  });
  const newest = Math.max(...facts.events.map(({ time }) => Date.parse(time)));
  const judgedAt = Math.min(now, Math.max(to, newest));
  const overdue = moved.filter(({ order, parcels }) => {
    const due = earliest(parcels.map(estimate));
    return !order.isCancelled && reached(parcels, 'delivered') === null && due !== null && due < judgedAt;
  });
  return {
    createdToPaidHours: hours(facts.payments.length > 0, ({ paidAt }) => paidAt),
    createdToHandedOverHours: hours(isSent(facts, 'handed_over'), ({ parcels }) => reached(parcels, 'handed_over')),
    createdToDeliveredHours: hours(isSent(facts, 'delivered'), ({ parcels }) => reached(parcels, 'delivered')),
    onTimeRate: delivered.length > 0 ? delivered.filter((isOnTime) => isOnTime).length / delivered.length : null,
    overdue: facts.shipments.some((parcel) => estimate(parcel) !== undefined) ? overdue.length : null,
  };
}
