import { Temporal } from 'temporal-polyfill';
import { type Amount, amountOf, shownAmount, times } from './amounts.ts';
import type { Question } from './ask-route.ts';
import type { Fact, HandFacts } from './fold-by-hand.ts';
import { rateByHand } from './rates-by-hand.ts';

const DAY = 86_400_000;

/** The contract's inventory: stock as it is now, sales of the range. */
export function inventoryByHand(facts: HandFacts, { from, to, zone, parameters }: Question) {
  const channel = parameters.channel ?? null;
  const length = lengthByHand(from, to, zone);
  const placed = [...facts.orders.values()].filter(({ createdAt }) => createdAt !== null);
  const asked = placed.filter(
    (order) =>
      Number(order.createdAt) >= from &&
      Number(order.createdAt) < to &&
      (channel === null || order.channel === channel),
  );
  const unitsOf = (product: string | null) =>
    asked
      .flatMap(({ items }) => items)
      .filter((item) => item.product_id === product)
      .reduce((sum, { quantity }) => sum + quantity, 0);
  const number = (stock: Fact, name: string) => (stock.field(name) === null ? null : Number(stock.field(name)));
  const perDay = (units: number) => (placed.length > 0 ? rounded(units * DAY, length) : null);
  const supply = (left: number, units: number) => (units > 0 ? rounded(left * length, units * DAY) : null);
  const through = (units: number, left: number) =>
    placed.length > 0 && units + left > 0 ? units / (units + left) : null;

  const items = facts.stock
    .map((stock) => {
      const productId = stock.text('product_id') ?? '';
      const onHand = Number(stock.field('on_hand'));
      const units = unitsOf(productId);
      const reorder = number(stock, 'reorder_point');
      const value = valueByHand(stock);
      return {
        ...{ productId, warehouseId: stock.text('warehouse_id') ?? '', onHand, reserved: number(stock, 'reserved') },
        ...{ unitsPerDay: perDay(units), daysOfSupply: supply(Math.max(0, onHand), units) },
        sellThrough: through(units, Math.max(0, onHand)),
        belowReorderPoint: reorder === null ? null : onHand < reorder,
        stockValue: value === null ? null : shownAmount(value),
        ...{ value, reorder },
      };
    })
    .toSorted((a, b) => (a.productId + a.warehouseId < b.productId + b.warehouseId ? -1 : 1));
  const sum = (values: readonly (number | null)[]) => values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const products = [...new Set(items.map(({ productId }) => productId))];
  const units = sum(products.map(unitsOf));
  const left = sum(items.map(({ onHand }) => Math.max(0, onHand)));
  const values = items.flatMap(({ value }) => value ?? []);
  const totals = {
    ...{ items: items.length, products: products.length, onHand: sum(items.map(({ onHand }) => onHand)) },
    reserved: items.some(({ reserved }) => reserved !== null) ? sum(items.map(({ reserved }) => reserved)) : null,
    ...{ unitsPerDay: perDay(units), daysOfSupply: supply(left, units), sellThrough: through(units, left) },
    stockOuts: items.filter(({ onHand }) => onHand <= 0).length,
    belowReorderPoint: items.some(({ reorder }) => reorder !== null)
      ? items.filter(({ belowReorderPoint }) => belowReorderPoint === true).length
      : null,
    stockValue: values.length > 0 ? shownAmount(values.reduce((total, value) => total + value, 0n)) : null,
  };
  return {
    data: {
      items: items.slice(0, Number(parameters.limit ?? 50)).map(({ value, reorder, ...item }) => item),
      totals: items.length > 0 ? totals : Object.fromEntries(Object.keys(totals).map((name) => [name, null])),
    },
    unconverted: 0,
  };
}

/** Whole days count 24 hours each, also those of 23 and 25. */
function lengthByHand(from: number, to: number, zone: string): number {
  const local = (at: number) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const isMidnight = (at: number) => local(at).startOfDay().epochMilliseconds === at;
  if (!isMidnight(from) || !isMidnight(to)) return to - from;
  return local(from).toPlainDate().until(local(to).toPlainDate()).days * DAY;
}

/** At the rate of the day of the event that told the unit cost; null without a cost, currency or rate. */
function valueByHand(stock: Fact): Amount | null {
  const version = ({ data, time, source, id }: Fact['events'][number]) =>
    `${String(data.sequence ?? 0).padStart(16, '0')} ${Date.parse(time)} ${source}\u0001${id}`;
  const told = stock.events
    .filter(({ data }) => data.unit_cost !== undefined && data.unit_cost !== null)
    .toSorted((a, b) => (version(a) < version(b) ? -1 : 1))
    .at(-1);
  if (told === undefined) return null;
  const rate = rateByHand(stock.text('currency'), Date.parse(told.time));
  return rate === null ? null : times(BigInt(Number(stock.field('on_hand'))) * amountOf(told.data.unit_cost), rate);
}

/** part ÷ whole at 4 decimals, half up; of whole numbers. */
function rounded(part: number, whole: number): number {
  const [a, b] = [BigInt(part), BigInt(whole)];
  return Number((2n * 10_000n * a + b) / (2n * b)) / 10_000;
}
