import { Temporal } from 'temporal-polyfill';
import { shownAmount, shownAverage } from './amounts.ts';
import { type Question, shiftBack } from './ask-route.ts';
import { changeByHand } from './change-by-hand.ts';
import { beganAt, type HandFacts } from './fold-by-hand.ts';
import { salesByHand } from './sales-by-hand.ts';

export function channelsByHand(facts: HandFacts, question: Question) {
  const { parameters, zone } = question;
  const lens = parameters.lens === 'order_date' ? 'order_date' : 'processed_date';
  const asked = parameters.channel ?? null;
  const before = parameters.compare === undefined ? null : shiftBack(question);
  const ofPeriod = (period: { from: number; to: number }, channel: string | null) =>
    figures(facts, { ...period, lens, channel });
  const totals = ofPeriod(question, asked).shown;
  const earlier = before && ofPeriod(before, asked).shown;
  const local = (at: number) =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toString({ timeZoneName: 'never' });
  return {
    data: {
      totals,
      channels: ['app', 'store', 'unknown', 'web']
        .filter((channel) => asked === null || asked === channel)
        .map((channel) => ({ channel, ...ofPeriod(question, channel) }))
        .filter(({ isEmpty }) => !isEmpty)
        .toSorted((a, b) => (a.gross > b.gross ? -1 : a.gross < b.gross ? 1 : 0))
        .map(({ channel, shown }) => ({ channel, ...shown })),
      customersByChannelCount: hasCustomers(facts) ? byCount(facts, question, asked) : null,
      ...(before && {
        previous: { period: { from: local(before.from), to: local(before.to) }, totals: earlier },
        change: changeByHand(totals, earlier),
      }),
    },
    unconverted: salesByHand(facts, { ...question, lens, channel: asked, country: null }).unconverted,
  };
}

interface Asked {
  readonly from: number;
  readonly to: number;
  readonly lens: 'processed_date' | 'order_date';
  readonly channel: string | null;
}

const hasCustomers = ({ events }: HandFacts) => events.some(({ data }) => (data.customer_id ?? null) !== null);

function figures(facts: HandFacts, { from, to, lens, channel }: Asked) {
  const inside = (at: number | null) => at !== null && at >= from && at < to;
  const isAsked = (name: string) => channel === null || channel === name;
  const { sums, placed } = salesByHand(facts, { from, to, lens, channel, country: null });
  const placedOrders = [...facts.orders.values()].filter(({ createdAt }) => createdAt !== null);
  const sessions = facts.sessions.filter(
    (session) => inside(beganAt(session)) && isAsked(session.text('channel') ?? 'unknown'),
  );
  const converted = sessions.filter(({ id }) => placedOrders.some((order) => order.text('session_id') === id)).length;
  const buyers = new Set(
    placedOrders
      .filter((order) => inside(order.createdAt) && isAsked(order.channel))
      .flatMap(({ customer }) => customer ?? []),
  );
  const net = sums.gross - sums.discounts - sums.cancellations - sums.returns;
  const amounts = [sums.gross, sums.discounts, sums.cancellations, sums.returns];
  return {
    gross: sums.gross,
    isEmpty: placed === 0 && sessions.length === 0 && buyers.size === 0 && amounts.every((amount) => amount === 0n),
    shown: {
      sessions: facts.sessions.length > 0 ? sessions.length : null,
      orders: placed,
      ...{ gross: shownAmount(sums.gross), net: shownAmount(net) },
      averageOrderValue: shownAverage(sums.gross - sums.discounts, placed),
      customers: hasCustomers(facts) ? buyers.size : null,
      conversionRate: sessions.length > 0 ? converted / sessions.length : null,
    },
  };
}

function byCount({ orders }: HandFacts, { from, to }: Question, asked: string | null) {
  const channels = new Map<string, Set<string>>();
  for (const { customer, createdAt, channel } of orders.values()) {
    if (customer === null || createdAt === null || createdAt < from || createdAt >= to) continue;
    if (asked === null || asked === channel) channels.set(customer, (channels.get(customer) ?? new Set()).add(channel));
  }
  const counts = Map.groupBy(channels.values(), ({ size }) => size);
  return [...counts]
    .map(([count, customers]) => ({ channels: count, customers: customers.length }))
    .toSorted((a, b) => a.channels - b.channels);
}
