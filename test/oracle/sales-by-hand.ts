import { type Amount, shownAmount, shownAverage, times } from './amounts.ts';
import type { HandFacts, HandOrder } from './fold-by-hand.ts';
import { rateByHand } from './rates-by-hand.ts';

export interface SalesAsked {
  readonly from: number;
  readonly to: number;
  readonly lens: 'processed_date' | 'order_date';
  readonly channel: string | null;
  readonly country: string | null;
}

/** The contract's sales figures in euros. `unconverted`: orders placed for whose day there is no rate. */
export function salesByHand(facts: HandFacts, asked: SalesAsked) {
  const sums = {
    ...{ gross: 0n, discounts: 0n, cancellations: 0n, returns: 0n, tax: 0n, shipping: 0n, collected: 0n },
  };
  let placed = 0;
  let cancelled = 0;
  let unconverted = 0;
  const inside = (at: number | null) => at !== null && at >= asked.from && at < asked.to;
  const isAsked = (order: HandOrder | undefined) =>
    (asked.channel === null || asked.channel === (order?.channel ?? 'unknown')) &&
    (asked.country === null || asked.country === (order?.country ?? 'unknown'));
  const book = (name: keyof typeof sums, amount: Amount, rate: Amount) => {
    sums[name] += times(amount, rate);
  };

  for (const order of facts.orders.values()) {
    if (order.createdAt === null || !isAsked(order)) continue;
    const rate = rateByHand(order.currency, order.createdAt);
    if (inside(order.createdAt) && rate === null) unconverted += 1;
    if (rate === null) continue;
    if (inside(order.createdAt)) {
      placed += 1;
      for (const name of ['gross', 'discounts', 'tax', 'shipping'] as const) book(name, order[name], rate);
    }
    const bookedAt = asked.lens === 'order_date' ? order.createdAt : order.cancelledAt;
    if (order.isCancelled && inside(bookedAt)) {
      cancelled += 1;
      book('cancellations', order.gross - order.discounts, rate);
    }
  }
  for (const refund of facts.returns) {
    const at = refund.times.get('refunded');
    const order = facts.orders.get(refund.text('order_id') ?? '');
    if (at === undefined || order?.isCancelled || !isAsked(order)) continue;
    const rate = rateByHand(refund.text('currency'), at);
    const bookedAt = asked.lens === 'order_date' ? (order?.createdAt ?? at) : at;
    if (inside(bookedAt) && rate !== null) book('returns', refund.amount('refund_amount') ?? 0n, rate);
  }
  for (const payment of facts.payments) {
    const at = Math.min(...payment.times.values());
    const rate = rateByHand(payment.text('currency'), at);
    const order = facts.orders.get(payment.text('order_id') ?? '');
    if (inside(at) && rate !== null && isAsked(order)) book('collected', payment.amount('amount') ?? 0n, rate);
  }
  return { sums, placed, cancelled, unconverted };
}

/** As answers write them. */
export function shownSales({ sums }: ReturnType<typeof salesByHand>) {
  const net = sums.gross - sums.discounts - sums.cancellations - sums.returns;
  const amounts = { ...sums, net, total: net + sums.tax + sums.shipping };
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, shownAmount(amount)]));
}

/** As rows of `/revenue` are. */
export function shownTotals(figures: ReturnType<typeof salesByHand>) {
  const { sums, placed } = figures;
  return {
    ...shownSales(figures),
    ...{ orders: placed, averageOrderValue: shownAverage(sums.gross - sums.discounts, placed) },
  };
}
