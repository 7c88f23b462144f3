import type { TestEvent } from '../setup/events.ts';
import { shownAmount, times } from './amounts.ts';
import type { Question } from './ask-route.ts';
import type { HandFacts, HandOrder } from './fold-by-hand.ts';
import { rateByHand } from './rates-by-hand.ts';
import { arrivedAfter } from './stream-database.ts';

/** `/realtime` from the events; the window ends at the question's `now`. */
export function realtimeByHand(facts: HandFacts, { parameters, now }: Question) {
  const minutes = Number(parameters.window ?? 30);
  const channel = parameters.channel ?? null;
  const isInside = (at: number | null) => at !== null && at >= now - minutes * 60_000 && at < now;
  const orderOf = ({ data }: TestEvent): HandOrder | undefined => facts.orders.get(String(data.order_id));
  const isOfChannel = (carried: unknown) => channel === null || carried === channel;

  const events = facts.events.filter(
    (event) =>
      isInside(Date.parse(event.time)) && isOfChannel(event.data.channel ?? orderOf(event)?.channel ?? 'unknown'),
  );
  const views = events.filter(({ type }) => type === 'analytics.page_view');
  const created = [...facts.orders.values()].filter((order) => isInside(order.createdAt) && isOfChannel(order.channel));
  const rated = created.flatMap((order) => {
    const rate = rateByHand(order.currency, Number(order.createdAt));
    return rate === null ? [] : [times(order.gross, rate)];
  });
  const has = (name: string) => facts.events.some(({ data }) => (data[name] ?? null) !== null);
  const wereViews = facts.events.some(({ type }) => type === 'analytics.page_view');
  return {
    data: {
      windowMinutes: minutes,
      activeSessions: has('session_id') ? distinct(events.map(({ data }) => data.session_id)) : null,
      activeCustomers: has('customer_id')
        ? distinct(events.flatMap((event) => [event.data.customer_id, orderOf(event)?.customer]))
        : null,
      pageViews: wereViews ? views.length : null,
      orders: rated.length,
      gross: shownAmount(rated.reduce((sum, gross) => sum + gross, 0n)),
      eventsPerSecond: Number((events.length / (minutes * 60)).toFixed(4)),
      ingestLagSeconds: medianSeconds(events.map(({ id }) => Math.max(0, arrivedAfter(id)))),
      topPages: wereViews ? topPages(views) : null,
      liveOrders: created
        .toSorted((a, b) => Number(b.createdAt) - Number(a.createdAt) || (a.id < b.id ? 1 : -1))
        .slice(0, Number(parameters.limit ?? 50))
        .map(liveOrder),
    },
    unconverted: created.length - rated.length,
  };
}

const distinct = (values: readonly unknown[]): number =>
  new Set(values.filter((value) => value !== null && value !== undefined)).size;

/** @param lags whole milliseconds */
function medianSeconds(lags: readonly number[]): number | null {
  if (lags.length === 0) return null;
  const ascending = lags.toSorted((a, b) => a - b);
  const twice = ascending[Math.floor((lags.length - 1) / 2)]! + ascending[Math.ceil((lags.length - 1) / 2)]!;
  return Math.floor((twice + 1) / 2) / 1000;
}

function topPages(views: readonly TestEvent[]) {
  const paths = Map.groupBy(views, ({ data }) => new URL(String(data.page_url)).pathname);
  return [...paths]
    .map(([path, { length }]) => ({ path, views: length }))
    .toSorted((a, b) => b.views - a.views || (a.path < b.path ? -1 : 1))
    .slice(0, 10);
}

function liveOrder(order: HandOrder) {
  const total = order.amount('total_amount') ?? order.gross - order.discounts + order.tax + order.shipping;
  return {
    orderId: order.id,
    placedAt: new Date(Number(order.createdAt)).toISOString(),
    status: order.status,
    total: shownAmount(total),
    currency: order.currency,
    country: order.text('country'),
    customer: order.customer === null ? null : `${order.customer.slice(0, 3)}***`,
  };
}
