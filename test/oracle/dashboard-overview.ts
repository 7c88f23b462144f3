import { amountOf, shownAmount, shownAverage, times } from './amounts.ts';
import { type Answer, type Question, shiftBack } from './ask-route.ts';
import { changeByHand } from './change-by-hand.ts';
import { beganAt, type HandFacts, type HandOrder } from './fold-by-hand.ts';
import { namesByHand, startOfNextDay } from './products-performance.ts';
import { rateByHand } from './rates-by-hand.ts';
import { salesByHand, shownSales } from './sales-by-hand.ts';

interface Period {
  readonly from: number;
  readonly to: number;
  readonly channel: string | null;
}

export function overviewByHand(facts: HandFacts, question: Question, { data }: Answer) {
  const period = { from: question.from, to: question.to, channel: question.parameters.channel ?? null };
  const figures = headline(facts, period);
  const previous = question.parameters.compare && headline(facts, { ...period, ...shiftBack(question) });
  const sales = salesByHand(facts, { ...period, country: null, lens: 'processed_date' });
  return {
    data: {
      ...figures,
      topProducts: topProducts(facts, period),
      topChannels: topChannels(facts, period, data.topChannels),
      ...(previous && { change: changeByHand(figures, previous) }),
    },
    unconverted: sales.unconverted,
  };
}

const inside = ({ from, to }: Period, at: number | null) => at !== null && at >= from && at < to;

function headline(facts: HandFacts, period: Period) {
  const figures = salesByHand(facts, { ...period, country: null, lens: 'processed_date' });
  const { sums, placed, cancelled } = figures;
  const orders = [...facts.orders.values()].filter(({ createdAt }) => createdAt !== null);
  const isOfChannel = (channel: string) => period.channel === null || period.channel === channel;

  const buyers = new Set(
    orders
      .filter(({ createdAt, channel }) => inside(period, createdAt) && isOfChannel(channel))
      .flatMap(({ customer }) => customer ?? []),
  );
  const returning = [...buyers].filter((buyer) =>
    orders.some(({ customer, createdAt }) => customer === buyer && Number(createdAt) < period.from),
  ).length;
  const sessions = facts.sessions.filter(
    (session) => inside(period, beganAt(session)) && isOfChannel(session.text('channel') ?? 'unknown'),
  );
  const converted = sessions.filter(({ id }) => orders.some((order) => order.text('session_id') === id)).length;
  const hasCustomers = facts.events.some(({ data }) => (data.customer_id ?? null) !== null);
  return {
    sales: shownSales(figures),
    orders: { placed, cancelled, averageOrderValue: shownAverage(sums.gross - sums.discounts, placed) },
    customers: hasCustomers
      ? { active: activeCustomers(facts, period), new: buyers.size - returning, returning }
      : { active: null, new: null, returning: null },
    sessions: facts.sessions.length > 0 ? sessions.length : null,
    conversionRate: sessions.length > 0 ? converted / sessions.length : null,
  };
}

/** Of any event, or of the order that it belongs to. */
function activeCustomers({ events, orders }: HandFacts, period: Period): number {
  const active = new Set<unknown>();
  for (const { time, data } of events) {
    const order: HandOrder | undefined = orders.get(String(data.order_id));
    const channel = data.channel ?? order?.text('channel') ?? 'unknown';
    if (!inside(period, Date.parse(time)) || (period.channel !== null && channel !== period.channel)) continue;
    active.add(data.customer_id ?? null).add(order?.customer ?? null);
  }
  active.delete(null);
  return active.size;
}

function topProducts({ orders }: HandFacts, period: Period) {
  const products = new Map<string, { units: number; gross: bigint }>();
  for (const order of orders.values()) {
    const rate = order.createdAt === null ? null : rateByHand(order.currency, order.createdAt);
    if (!inside(period, order.createdAt) || rate === null) continue;
    if (period.channel !== null && period.channel !== order.channel) continue;
    for (const { product_id: id, quantity, unit_price } of order.items) {
      const product = products.get(id) ?? { units: 0, gross: 0n };
      products.set(id, product);
      product.units += quantity;
      product.gross += times(BigInt(quantity) * amountOf(unit_price), rate);
    }
  }
  const placed = [...orders.values()].filter(({ createdAt }) => createdAt !== null);
  const names = namesByHand(placed, [], startOfNextDay(period.to));
  return [...products]
    .toSorted(([a, x], [b, y]) => (x.gross > y.gross ? -1 : x.gross < y.gross ? 1 : a < b ? -1 : 1))
    .slice(0, 10)
    .map(([productId, { units, gross }]) => {
      return { productId, name: names.product(productId).name, units, gross: shownAmount(gross) };
    });
}

function topChannels(facts: HandFacts, period: Period, answered: readonly { channel: string }[]) {
  const ofChannel = (channel: string) => {
    const { sums, placed } = salesByHand(facts, { ...period, channel, country: null, lens: 'processed_date' });
    return { channel, orders: placed, net: sums.gross - sums.discounts - sums.cancellations - sums.returns };
  };
  // A channel in which nothing of worth happened may be there or not.
  return ['web', 'app', 'store', 'unknown']
    .filter((channel) => period.channel === null || period.channel === channel)
    .map(ofChannel)
    .filter(({ channel, orders, net }) => orders > 0 || net !== 0n || answered.some((row) => row.channel === channel))
    .toSorted((a, b) => (a.net > b.net ? -1 : a.net < b.net ? 1 : a.channel < b.channel ? -1 : 1))
    .map(({ channel, orders, net }) => ({ channel, orders, net: shownAmount(net) }));
}
