import { isDate } from '#core/instant.ts';
import { BadRates, isCurrency, type PublishedRates, readRate } from './published-rates.ts';

/**
 * `[{ "day": "2026-03-27", "base": "EUR", "rates": { "USD": "1.0842", … } }, …]`
 * @throws {BadRates} naming the place that is wrong
 */
export function readRatesJson(list: unknown): PublishedRates[] {
  if (!Array.isArray(list)) throw new BadRates('rates: expected a list of days');
  return list.map((entry: unknown, index) => readDay(entry, `rates[${index}]`));
}

function readDay(entry: unknown, place: string): PublishedRates {
  const { day, base, rates } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof day !== 'string' || !isDate(day)) throw new BadRates(`${place}.day: expected a date (YYYY-MM-DD)`);
  if (!isCurrency(base)) throw new BadRates(`${place}.base: expected an ISO 4217 code`);
  if (typeof rates !== 'object' || rates === null || Array.isArray(rates) || Object.keys(rates).length === 0) {
    throw new BadRates(`${place}.rates: expected rates by currency`);
  }
  const read = Object.entries(rates).map(([currency, value], index) => {
    if (!isCurrency(currency) || currency === base) {
      throw new BadRates(`${place}.rates: expected as key ${index + 1} an ISO 4217 code other than the base`);
    }
    const rate = readRate(value);
    if (rate === undefined)
      throw new BadRates(`${place}.rates.${currency}: expected a number above 0 of at most 12 decimals`);
    return [currency, rate] as const;
  });
  return { day, base, rates: new Map(read) };
}
