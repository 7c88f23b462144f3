import { makeRandom, type Random } from '../../../local/sample/random.ts';

/** Events an hour at the busiest, before any disturbance. */
export const busiestRates = {
  'analytics.page_view': 80,
  'analytics.product_view': 50,
  'analytics.cart_changed': 40,
  'analytics.checkout_started': 18,
  'orders.order.status_changed': 60,
  'payments.payment.confirmed': 12,
  'shipping.shipment.status_changed': 30,
  'returns.return.status_changed': 2,
  'inventory.stock.changed': 70,
  'customers.customer.updated': 4,
} as const;
export type SimulatedType = keyof typeof busiestRates;

/** From Monday on; a weekend dip. */
const weekdays = [1, 1, 0.95, 1, 1.1, 0.7, 0.6];
/** From midnight on; hardly anything at night. */
const hours = [
  ...[0.12, 0.06, 0.03, 0.02, 0.02, 0.04, 0.1, 0.25, 0.4, 0.55, 0.65, 0.7],
  ...[0.75, 0.7, 0.65, 0.65, 0.7, 0.8, 0.9, 1, 1, 0.9, 0.6, 0.3],
];

export interface SimulatedDay {
  /** Days since 1970-01-01. */
  readonly day: number;
  /** Per type 24 counts, and what was to be expected knowing the day: the rate before chance. */
  readonly counts: Readonly<Record<SimulatedType, number[]>>;
  readonly rates: Readonly<Record<SimulatedType, number[]>>;
}

/**
 * Days of a shop: a rhythm of weekdays and hours, 1 % growth a week, days that are better or worse as a whole (12 %), types
 * and hours that are by themselves (5 % and 8 %), sale days with three times as much and a lull after them, and chance.
 */
export function simulateShop(seed: string, first: number, days: number, saleDays: readonly number[]): SimulatedDay[] {
  const random = makeRandom(seed);
  const types = Object.entries(busiestRates) as [SimulatedType, number][];
  return Array.from({ length: days }, (_, index) => {
    const day = first + index;
    const sale = saleDays.includes(day) ? 3 : saleDays.includes(day - 1) || saleDays.includes(day - 2) ? 0.85 : 1;
    // 1970-01-01 was a Thursday
    const level = weekdays[(day + 3) % 7]! * sale * 1.01 ** (index / 7) * random.around(1, 0.12);
    const rates = types.map(([type, busiest]) => {
      const own = random.around(1, 0.05);
      return [type, hours.map((share) => busiest * share * level * own * random.around(1, 0.08))] as const;
    });
    const counts = rates.map(([type, hourly]) => [type, hourly.map((rate) => poisson(random, rate))] as const);
    return { day, counts: Object.fromEntries(counts), rates: Object.fromEntries(rates) } as never;
  });
}

/** Knuth's way, in steps whose exponential does not vanish. */
function poisson(random: Random, rate: number): number {
  let count = 0;
  for (let left = rate; left > 0; left -= 30) {
    const end = Math.exp(-Math.min(left, 30));
    for (let product = random.unit(); product > end; product *= random.unit()) count++;
  }
  return count;
}
