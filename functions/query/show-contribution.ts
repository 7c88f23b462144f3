import { data as currencies } from 'currency-codes';
import { Temporal } from 'temporal-polyfill';
import { formatAmount, parseDecimal } from '#core/money.ts';
import { formatInstant } from '#core/time-windows.ts';
import type { Contribution } from '#db/query/explain/list-contributions.ts';
import type { Evidence } from './name-events.ts';

/** As answers have it, but for `value`. */
export function showContribution(
  { at, aggregate, id, measure, field, amount, currency, rate }: Contribution,
  events: Evidence,
  { isAmount, timeZone }: { readonly isAmount: boolean; readonly timeZone: string },
) {
  const digits = currencies.find(({ code }) => code === currency)?.digits ?? 0;
  return {
    ...events,
    bookedAt: formatInstant(Temporal.Instant.from(at), timeZone),
    ...{ aggregate, aggregateId: showId(aggregate, id), measure, field },
    amount: isAmount ? formatAmount(parseDecimal(amount), digits) : null,
    currency: isAmount ? currency : null,
    rate: isAmount ? formatAmount(parseDecimal(rate), 0) : null,
  };
}

/** Ids of several parts: `product@warehouse` as in `/data-quality`, an event's `source id`. */
function showId(aggregate: string, id: string): string {
  const parts = id.split('\u0001');
  return aggregate === 'stock' ? parts.join('@') : parts.slice(-2).join(' ');
}
