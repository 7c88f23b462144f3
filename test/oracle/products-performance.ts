import { Temporal } from 'temporal-polyfill';
import { type Amount, amountOf, shownAmount, times } from './amounts.ts';
import type { Question } from './ask-route.ts';
import { beganAt, type Fact, type HandFacts, type HandOrder, type Item } from './fold-by-hand.ts';
import { rateByHand } from './rates-by-hand.ts';
import { salesByHand } from './sales-by-hand.ts';
import { BUSINESS_ZONE } from './stream-database.ts';

/** What a session did with a product. */
interface Visit {
  readonly session: Fact;
  readonly product: string;
  readonly category: string | null;
  readonly categoryName: string | null;
  readonly viewed: boolean;
  readonly carted: boolean;
  readonly ordered: boolean;
}
interface Group {
  readonly visits: Visit[];
  readonly orders: Set<string>;
  units: number;
  gross: Amount;
  returned: number;
}

export const startOfNextDay = (at: number) =>
  Temporal.Instant.fromEpochMilliseconds(at - 1)
    .toZonedDateTimeISO(BUSINESS_ZONE)
    .toPlainDate()
    .add({ days: 1 })
    .toZonedDateTime(BUSINESS_ZONE).epochMilliseconds;

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const text = (value: unknown) => (value === undefined || value === null ? null : String(value));

export function productsByHand(facts: HandFacts, question: Question) {
  const { from, to, parameters } = question;
  const channel = parameters.channel ?? null;
  const inside = (at: number | null | undefined) => at !== null && at !== undefined && at >= from && at < to;
  const isAsked = (name: string) => channel === null || channel === name;
  const orders = [...facts.orders.values()].filter(({ createdAt }) => createdAt !== null);
  const visits = visitsByHand(facts, orders);

  const products = new Map<string, Group>();
  const categories = new Map<string | null, Group>();
  const groups = (product: string, category: string | null) => {
    const made = (): Group => ({ visits: [], orders: new Set(), units: 0, gross: 0n, returned: 0 });
    const [a, b] = [products.get(product) ?? made(), categories.get(category) ?? made()];
    products.set(product, a);
    categories.set(category, b);
    return [a, b];
  };
  for (const visit of visits) {
    if (!inside(beganAt(visit.session)) || !isAsked(visit.session.text('channel') ?? 'unknown')) continue;
    for (const group of groups(visit.product, visit.category)) group.visits.push(visit);
  }
  for (const order of orders) {
    const rate = rateByHand(order.currency, Number(order.createdAt));
    if (!inside(order.createdAt) || rate === null || !isAsked(order.channel)) continue;
    for (const item of order.items) {
      for (const group of groups(item.product_id, text(item.category_id))) {
        group.orders.add(order.id);
        group.units += item.quantity;
        group.gross += times(BigInt(item.quantity) * amountOf(item.unit_price), rate);
      }
    }
  }
  for (const refund of facts.returns) {
    const at = refund.times.get('refunded');
    const order = facts.orders.get(refund.text('order_id') ?? '');
    if (at === undefined || !inside(at) || rateByHand(refund.text('currency'), at) === null) continue;
    if (!isAsked(order?.channel ?? 'unknown')) continue;
    for (const item of refund.items) {
      const line = order?.items.find((each) => each.product_id === item.product_id && text(each.category_id) !== null);
      for (const group of groups(item.product_id, text(line?.category_id))) group.returned += item.quantity;
    }
  }

  const sent = {
    views: visits.some(({ viewed }) => viewed),
    carts: visits.some(({ carted }) => carted),
    sessionOrders: orders.some((order) => order.text('session_id') !== null),
    returns: facts.returns.some((refund) => refund.times.has('refunded') && refund.items.length > 0),
  };
  const names = namesByHand(orders, visits, startOfNextDay(to));
  const total = [...products.values()].reduce((sum, { gross }) => sum + gross, 0n);
  let above = 0n;
  const rows = [...products]
    .toSorted(([a, x], [b, y]) => (x.gross > y.gross ? -1 : x.gross < y.gross ? 1 : a < b ? -1 : 1))
    .map(([productId, group]) => {
      const before = above;
      above += group.gross;
      const abcClass =
        total === 0n ? null : before * 100n < total * 80n ? 'A' : before * 100n < total * 95n ? 'B' : 'C';
      const { name, category: categoryId } = names.product(productId);
      return { productId, name, categoryId, ...shown(group, sent), abcClass };
    });
  const sort = parameters.sort ?? 'gross';
  const sortedBy = (row: (typeof rows)[number]) => row[sort as 'units'] ?? -1;
  const sorted =
    sort === 'gross'
      ? rows
      : rows.toSorted((a, b) => sortedBy(b) - sortedBy(a) || (a.productId < b.productId ? -1 : 1));
  const { unconverted } = salesByHand(facts, { ...{ from, to, channel }, country: null, lens: 'processed_date' });
  return {
    data: {
      products: sorted.slice(0, Number(parameters.limit ?? 50)),
      categories: [...categories]
        .toSorted(([a, x], [b, y]) => (x.gross > y.gross ? -1 : x.gross < y.gross ? 1 : (a ?? '') < (b ?? '') ? -1 : 1))
        .map(([categoryId, group]) => ({ categoryId, name: names.category(categoryId), ...shown(group, sent) })),
    },
    unconverted,
  };
}

function visitsByHand({ sessions }: HandFacts, orders: readonly HandOrder[]): Visit[] {
  return sessions.flatMap((session) => {
    const views = session.events.filter(({ type }) => type === 'analytics.product_view');
    const adds = session.events.filter(({ type, data }) => type === 'analytics.cart_changed' && data.action === 'add');
    const ofSession = orders.filter((order) => order.text('session_id') === session.id);
    const products = new Set([...views, ...adds].map(({ data }) => String(data.product_id)));
    return [...products].map((product) => {
      const seen = views.filter(({ data }) => data.product_id === product);
      const version = ({ time, source, id }: (typeof seen)[number]) => `${Date.parse(time)} ${source}\u0001${id}`;
      const ascending = seen.toSorted((a, b) => (version(a) < version(b) ? -1 : 1));
      const latest = (name: string) => text(ascending.findLast(({ data }) => text(data[name]) !== null)?.data[name]);
      return {
        ...{ session, product },
        ...{ category: latest('category_id'), categoryName: latest('category_name') },
        viewed: seen.length > 0,
        carted: adds.some(({ data }) => data.product_id === product),
        ordered: ofSession.some(({ items }) => items.some((item) => item.product_id === product)),
      };
    });
  });
}

/** Sessions count once, however many products of a category they saw. */
function shown(
  { visits, orders, units, gross, returned }: Group,
  sent: Readonly<Record<'views' | 'carts' | 'sessionOrders' | 'returns', boolean>>,
) {
  const sessions = [...Map.groupBy(visits, ({ session }) => session.id).values()].map((each) => ({
    viewed: each.some(({ viewed }) => viewed),
    carted: each.some(({ carted }) => carted),
    ordered: each.some(({ ordered }) => ordered),
  }));
  const count = (isCounted: (session: (typeof sessions)[number]) => boolean) => sessions.filter(isCounted).length;
  const views = count(({ viewed }) => viewed);
  const carts = count(({ carted }) => carted);
  const rate = (part: number, whole: number) => (whole > 0 ? part / whole : null);
  return {
    views: sent.views ? views : null,
    carts: sent.carts ? carts : null,
    ...{ orders: orders.size, units, gross: shownAmount(gross) },
    returnedUnits: sent.returns ? returned : null,
    returnRate: sent.returns ? rate(returned, units) : null,
    viewToCart:
      sent.views && sent.carts
        ? rate(
            count(({ viewed, carted }) => viewed && carted),
            views,
          )
        : null,
    cartToOrder:
      sent.carts && sent.sessionOrders
        ? rate(
            count(({ carted, ordered }) => carted && ordered),
            carts,
          )
        : null,
    viewToOrder:
      sent.views && sent.sessionOrders
        ? rate(
            count(({ viewed, ordered }) => viewed && ordered),
            views,
          )
        : null,
  };
}

interface Naming {
  readonly day: number;
  /** Within the day: orders before sessions, the latest first. */
  readonly rank: string;
  readonly product: string;
  readonly name: string | null;
  readonly category: string | null;
  readonly categoryName: string | null;
}

/** As the latest business day that begins before the end calls them. */
export function namesByHand(orders: readonly HandOrder[], visits: readonly Visit[], end: number) {
  const dayOf = (at: number) => startOfNextDay(at + 1);
  const key = (kind: number, at: number, id: string, line: number) =>
    `${kind} ${String(at).padStart(16, '0')} ${id} ${999 - line}`;
  const ofLine = (order: HandOrder, item: Item, line: number): Naming => ({
    ...{ day: dayOf(Number(order.createdAt)), rank: key(1, Number(order.createdAt), order.id, line) },
    ...{ product: item.product_id, name: text(item.name), category: text(item.category_id) },
    categoryName: text(item.category_name),
  });
  const all = [
    ...orders.flatMap((order) => order.items.map((item, line) => ofLine(order, item, line))),
    ...visits.map(({ session, product, category, categoryName }) => ({
      ...{ day: dayOf(beganAt(session)), rank: key(0, beganAt(session), session.id, 0) },
      ...{ product, name: null, category, categoryName },
    })),
  ]
    .filter(({ day }) => day <= end)
    .toSorted((a, b) => a.day - b.day || compare(a.rank, b.rank) || compare(b.product, a.product));
  return {
    product: (id: string) => {
      const of = all.filter(({ product }) => product === id);
      return {
        name: of.findLast(({ name }) => name !== null)?.name ?? null,
        category: of.findLast(({ category }) => category !== null)?.category ?? null,
      };
    },
    category: (id: string | null) =>
      id === null
        ? null
        : (all.findLast((each) => each.category === id && each.categoryName !== null)?.categoryName ?? null),
  };
}
