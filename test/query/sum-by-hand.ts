import type { Order, Shop } from './shop.ts';
import { orderGross } from './shop.ts';

/** Rates to EUR in hundredths by business day; no other day and no other currency has one. */
export type Rates = Readonly<Record<string, number>>;

/** The contract's section 3 in plain code, over the list of facts. Amounts in 1/1000000. */
export interface Sums {
  placed: number;
  gross: number;
  discounts: number;
  cancellations: number;
  returns: number;
  tax: number;
  shipping: number;
  collected: number;
}

export interface Asked {
  readonly from: number;
  readonly to: number;
  readonly lens: 'processed_date' | 'order_date';
  readonly channel: string | null;
  readonly country: string | null;
}

export function sumByHand(shop: Shop, asked: Asked, rateAt: (currency: string, at: number) => number | null) {
  const sums: Sums = {
    placed: 0,
    gross: 0,
    discounts: 0,
    cancellations: 0,
    returns: 0,
    tax: 0,
    shipping: 0,
    collected: 0,
  };
  let unconverted = 0;
  const inside = (at: number | null): at is number => at !== null && at >= asked.from && at < asked.to;
  const orders = new Map(shop.orders.map((order) => [order.id, order]));
  const matches = (wanted: string | null, value: string | null | undefined) =>
    wanted === null || wanted === (value ?? 'unknown');
  const isAsked = (order: Order | undefined) =>
    matches(asked.channel, order?.channel) && matches(asked.country, order?.country);
  const discountsOf = (order: Order) => order.discount + order.lines.reduce((sum, line) => sum + line.discount, 0);

  for (const order of shop.orders) {
    if (order.createdAt === null || !isAsked(order)) continue;
    const rate = rateAt(order.currency, order.createdAt);
    if (inside(order.createdAt) && rate === null) unconverted += 1;
    if (rate === null) continue;
    if (inside(order.createdAt)) {
      sums.placed += 1;
      sums.gross += orderGross(order) * rate;
      sums.discounts += discountsOf(order) * rate;
      sums.tax += order.tax * rate;
      sums.shipping += order.shipping * rate;
    }
    const bookedAt = asked.lens === 'order_date' ? order.createdAt : order.cancelledAt;
    if (order.cancelled && inside(bookedAt)) sums.cancellations += (orderGross(order) - discountsOf(order)) * rate;
  }
  for (const refund of shop.refunds) {
    const order = refund.order === null ? undefined : orders.get(refund.order);
    if (order?.cancelled || !isAsked(order)) continue;
    const bookedAt = asked.lens === 'order_date' ? (order?.createdAt ?? refund.refundedAt) : refund.refundedAt;
    const rate = rateAt(refund.currency, refund.refundedAt);
    if (inside(bookedAt) && rate !== null) sums.returns += refund.amount * rate;
  }
  for (const payment of shop.payments) {
    const rate = rateAt(payment.currency, payment.paidAt);
    if (isAsked(orders.get(payment.order)) && inside(payment.paidAt) && rate !== null)
      sums.collected += payment.amount * rate;
  }
  return { sums, unconverted };
}

/** As an answer writes it, in EUR. @param millionths of a unit */
export function shownAmount(millionths: number): string {
  const digits = Math.abs(millionths).toString().padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0{1,4}$/, '');
  return `${millionths < 0 ? '-' : ''}${digits.slice(0, -6)}.${fraction}`;
}

export function shownTotals(sums: Sums) {
  const net = sums.gross - sums.discounts - sums.cancellations - sums.returns;
  const { placed, ...amounts } = { ...sums, net, total: net + sums.tax + sums.shipping };
  const texts = Object.entries(amounts).map(([name, value]) => [name, shownAmount(value)] as const);
  return { ...Object.fromEntries(texts), orders: placed, averageOrderValue: shownAverage(sums) };
}

function shownAverage({ gross, discounts, placed }: Sums): string | null {
  if (placed === 0) return null;
  const value = gross - discounts;
  // half up at the fourth of six decimals, in whole numbers
  const rounded = Math.floor((2 * Math.abs(value) + 100 * placed) / (200 * placed));
  const digits = rounded.toString().padStart(5, '0');
  return `${value < 0 && rounded > 0 ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
}
