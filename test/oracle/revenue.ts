import { amountOf, shownAmount, times } from './amounts.ts';
import { type Answer, type Question, shiftBack } from './ask-route.ts';
import { changeByHand } from './change-by-hand.ts';
import type { HandFacts } from './fold-by-hand.ts';
import { rateByHand } from './rates-by-hand.ts';
import { type SalesAsked, salesByHand, shownTotals } from './sales-by-hand.ts';

/** `/revenue` from the facts; the labels of the buckets are the answer's own, which test/core/time-windows checks. */
export function revenueByHand(facts: HandFacts, question: Question, { data }: Answer) {
  const { parameters, from, to } = question;
  const asked: SalesAsked = {
    ...{ from, to, channel: parameters.channel ?? null, country: null },
    lens: parameters.lens === 'order_date' ? 'order_date' : 'processed_date',
  };
  const total = salesByHand(facts, asked);
  const totals = shownTotals(total);
  const previous = parameters.compare && shownTotals(salesByHand(facts, { ...asked, ...shiftBack(question) }));
  const rows = (rowsOf: object[]) => rowsOf as Record<string, string>[];
  const labels = [...new Set(rows(data.series).map(({ bucket = '' }) => bucket))];
  return {
    data: {
      totals,
      series: rows(data.series).map(({ bucket = '', channel, country }) => {
        const next = labels[labels.indexOf(bucket) + 1];
        const inBucket = {
          ...asked,
          from: Math.max(from, Date.parse(bucket)),
          to: next === undefined ? to : Date.parse(next),
          ...(channel !== undefined && { channel }),
          ...(country !== undefined && { country }),
        };
        const names = { ...(channel !== undefined && { channel }), ...(country !== undefined && { country }) };
        return { bucket, ...names, ...shownTotals(salesByHand(facts, inBucket)) };
      }),
      byChannel: rows(data.byChannel).map(({ channel = '' }) => ({
        ...{ channel, ...shownTotals(salesByHand(facts, { ...asked, channel })) },
      })),
      byCountry: rows(data.byCountry).map(({ country = '' }) => ({
        ...{ country, ...shownTotals(salesByHand(facts, { ...asked, country })) },
      })),
      byPaymentMethod: paymentsByHand(facts, asked),
      ...(previous && {
        previous: { period: data.previous.period, totals: previous },
        change: changeByHand(totals, previous),
      }),
    },
    unconverted: total.unconverted,
  };
}

/** The largest first. */
function paymentsByHand({ payments, orders }: HandFacts, { from, to, channel }: SalesAsked) {
  const methods = new Map<string, { payments: number; collected: bigint }>();
  for (const payment of payments) {
    const at = Math.min(...payment.times.values());
    const rate = rateByHand(payment.text('currency'), at);
    const orderChannel = orders.get(payment.text('order_id') ?? '')?.channel ?? 'unknown';
    if (at < from || at >= to || rate === null || (channel !== null && channel !== orderChannel)) continue;
    const method = payment.text('method') ?? 'unknown';
    const sums = methods.get(method) ?? { payments: 0, collected: 0n };
    const collected = sums.collected + times(amountOf(payment.field('amount')), rate);
    methods.set(method, { payments: sums.payments + 1, collected });
  }
  return [...methods]
    .toSorted(([a, x], [b, y]) => (x.collected > y.collected ? -1 : x.collected < y.collected ? 1 : a < b ? -1 : 1))
    .map(([method, sums]) => ({ method, payments: sums.payments, collected: shownAmount(sums.collected) }));
}
