import { amountOf, shownAmount, times } from './amounts.ts';
import { type Answer, type Question, shiftBack } from './ask-route.ts';
import { changeByHand } from './change-by-hand.ts';
import { durationsByHand } from './durations-by-hand.ts';
import type { Fact, HandFacts, HandOrder, Item } from './fold-by-hand.ts';
import { namesByHand, startOfNextDay } from './products-performance.ts';
import { rateByHand } from './rates-by-hand.ts';

interface Period {
  readonly from: number;
  readonly to: number;
  readonly channel: string | null;
}
interface Refund {
  readonly fact: Fact;
  readonly at: number;
  readonly order: HandOrder | undefined;
  readonly rate: bigint;
}

/** `/returns` from the facts; the labels of the buckets are the answer's own. All products fit on its page. */
export function returnsByHand(facts: HandFacts, question: Question, { data }: Answer) {
  const { from, to, parameters } = question;
  const period: Period = { from, to, channel: parameters.channel ?? null };
  const figures = figuresByHand(facts, period);
  const previous = parameters.compare && figuresByHand(facts, { ...period, ...shiftBack(question) });
  const labels = (data.series as { bucket: string }[]).map(({ bucket }) => bucket);
  const reasons = Map.groupBy(refundsIn(facts, period), ({ fact }) => fact.text('reason') ?? 'unknown');
  return {
    data: {
      ...figures,
      reasons: [...reasons]
        .map(([reason, refunds]) => ({ reason, refunds, sums: sumsByHand(facts, refunds) }))
        .toSorted((a, b) => descending(money(a.refunds), money(b.refunds)) || (a.reason < b.reason ? -1 : 1))
        .map(({ reason, sums }) => ({ reason, returns: sums.returns, units: sums.units, amount: sums.refunds })),
      products: productsByHand(facts, period),
      categories: categoriesByHand(facts, period),
      series: labels.map((bucket, index) => {
        const next = labels[index + 1];
        const until = next === undefined ? to : Date.parse(next);
        const inBucket = { ...period, from: Math.max(from, Date.parse(bucket)), to: until };
        return { bucket, ...sumsByHand(facts, refundsIn(facts, inBucket)) };
      }),
      ...(previous && {
        previous: { period: data.previous.period, ...previous },
        change: changeByHand(figures, previous),
      }),
    },
    unconverted: created(facts, period).filter((order) => rateOf(order) === null).length,
  };
}

const descending = (a: bigint, b: bigint) => (a > b ? -1 : a < b ? 1 : 0);
const inside = ({ from, to }: Period, at: number | null | undefined) =>
  at !== null && at !== undefined && at >= from && at < to;

/** Also of orders that are cancelled. */
function refundsIn({ returns, orders }: HandFacts, period: Period): Refund[] {
  return returns.flatMap((fact) => {
    const at = fact.times.get('refunded');
    const order = orders.get(fact.text('order_id') ?? '');
    if (at === undefined || !inside(period, at)) return [];
    if (period.channel !== null && period.channel !== (order?.channel ?? 'unknown')) return [];
    const rate = rateByHand(fact.text('currency'), at);
    return rate === null ? [] : [{ fact, at, order, rate }];
  });
}

const created = ({ orders }: HandFacts, period: Period) =>
  [...orders.values()].filter(
    ({ createdAt, channel }) => inside(period, createdAt) && (period.channel === null || period.channel === channel),
  );
const rateOf = ({ currency, createdAt }: HandOrder) => rateByHand(currency, Number(createdAt));
const placed = (facts: HandFacts, period: Period) => created(facts, period).filter((order) => rateOf(order) !== null);

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const add = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);
const unitsOf = (items: readonly Item[]) => sum(items.map(({ quantity }) => quantity));
const money = (refunds: readonly Refund[]) =>
  add(refunds.map(({ fact, rate }) => times(fact.amount('refund_amount') ?? 0n, rate)));

const refunded = ({ returns }: HandFacts) => returns.filter(({ times: at }) => at.has('refunded'));
const everItems = (facts: HandFacts) => refunded(facts).some(({ items }) => items.length > 0);
const everCosts = (facts: HandFacts) => refunded(facts).some((fact) => fact.amount('cost_amount') !== null);

function sumsByHand(facts: HandFacts, refunds: readonly Refund[]) {
  const costs = refunds.map(({ fact, rate }) => times(fact.amount('cost_amount') ?? 0n, rate));
  return {
    returns: refunds.length,
    units: everItems(facts) ? unitsOf(refunds.flatMap(({ fact }) => fact.items)) : null,
    refunds: shownAmount(money(refunds)),
    handlingCost: everCosts(facts) ? shownAmount(add(costs)) : null,
  };
}

function figuresByHand(facts: HandFacts, period: Period) {
  const refunds = refundsIn(facts, period);
  const ordered = placed(facts, period);
  const named = new Set(refunds.flatMap(({ fact }) => fact.text('order_id') ?? []));
  const unnamed = refunds.filter(({ fact }) => fact.text('order_id') === null).length;
  const value = add(ordered.map((order) => times(order.gross - order.discounts, rateOf(order) ?? 0n)));
  const days = refunds.flatMap(({ at, order }) => (order?.createdAt == null ? [] : [at - order.createdAt]));
  const ever = refunded(facts).length > 0;
  const spread = durationsByHand(days, 'days');
  const { units } = sumsByHand(facts, refunds);
  return {
    ...sumsByHand(facts, refunds),
    rates: {
      orders: ever ? ratio(named.size + unnamed, ordered.length) : null,
      units: units === null ? null : ratio(units, unitsOf(ordered.flatMap(({ items }) => items))),
      value: ever && value > 0n ? Number((2n * 10_000n * money(refunds) + value) / (2n * value)) / 10_000 : null,
    },
    daysToRefund: ever ? spread : { ...spread, count: null },
  };
}

const ratio = (part: number, whole: number) => (whole > 0 ? part / whole : null);

interface Line {
  readonly item: Item;
  readonly refund: Refund;
}
const linesIn = (facts: HandFacts, period: Period): Line[] =>
  refundsIn(facts, period).flatMap((refund) => refund.fact.items.map((item) => ({ item, refund })));

function shownLines(lines: readonly Line[], ordered: readonly Item[]) {
  const amounts = lines.flatMap(({ item, refund }) =>
    (item.amount ?? null) === null ? [] : [times(amountOf(item.amount), refund.rate)],
  );
  const units = unitsOf(lines.map(({ item }) => item));
  return {
    units,
    amount: amounts.length > 0 ? shownAmount(add(amounts)) : null,
    rate: ratio(units, unitsOf(ordered)),
  };
}

function productsByHand(facts: HandFacts, period: Period) {
  const ordered = placed(facts, period).flatMap(({ items }) => items);
  const named = [...facts.orders.values()].filter(({ createdAt }) => createdAt !== null);
  const names = namesByHand(named, [], startOfNextDay(period.to));
  const groups = Map.groupBy(linesIn(facts, period), ({ item }) => item.product_id);
  return [...groups]
    .map(([productId, lines]) => ({
      ...{ productId, name: names.product(productId).name },
      ...shownLines(
        lines,
        ordered.filter(({ product_id }) => product_id === productId),
      ),
    }))
    .toSorted((a, b) => b.units - a.units || (a.productId < b.productId ? -1 : 1));
}

function categoriesByHand(facts: HandFacts, period: Period) {
  const ordered = placed(facts, period).flatMap(({ items }) => items);
  const category = (item: Item | undefined) => (item?.category_id as string | undefined) ?? null;
  const groups = Map.groupBy(linesIn(facts, period), ({ item, refund }) =>
    category(refund.order?.items.find((line) => line.product_id === item.product_id && category(line) !== null)),
  );
  return [...groups]
    .map(([categoryId, lines]) => ({
      categoryId,
      ...shownLines(
        lines,
        ordered.filter((item) => category(item) === categoryId),
      ),
    }))
    .toSorted(
      (a, b) =>
        b.units - a.units ||
        (a.categoryId === null ? 1 : b.categoryId === null ? -1 : a.categoryId < b.categoryId ? -1 : 1),
    );
}
