import { type Amount, amountOf, SCALE } from './amounts.ts';
import type { Publication } from './make-rates.ts';
import { BUSINESS_ZONE } from './stream-database.ts';

const berlin = new Intl.DateTimeFormat('sv', { timeZone: BUSINESS_ZONE });

const CARRIED_DAYS = 7;
const SIGNIFICANT_DIGITS = 12;

/** What the oracles convert with, since only few of them have the question at hand. */
let current = { published: [] as readonly Publication[], to: 'EUR', known: new Map<string, Amount | null>() };

/** From now on amounts are converted into the currency with what was published until now, in the order of its arrival. */
export function useRates(published: readonly Publication[], to: string): void {
  current = { published, to, known: new Map() };
}

/** What one unit is worth on the business day of the instant: 1 in its own currency; null where there is no rate. */
export function rateByHand(currency: string | null, at: number): Amount | null {
  if (currency === current.to) return amountOf('1');
  if (currency === null) return null;
  const day = berlin.format(at);
  const key = `${day} ${currency}`;
  const known = current.known.get(key);
  if (known !== undefined) return known;
  const rate = rateOfDay(day, currency);
  current.known.set(key, rate);
  return rate;
}

/** The day's own, else the last before it that is at most a week old. */
function rateOfDay(day: string, currency: string): Amount | null {
  for (let ago = 0; ago <= CARRIED_DAYS; ago += 1) {
    const rate = ownRate(new Date(Date.parse(day) - ago * 86_400_000).toISOString().slice(0, 10), currency);
    if (rate !== null) return rate;
  }
  return null;
}

/** The last that was published for the day; of those that somebody entered, if any, the last. */
function ownRate(day: string, currency: string): Amount | null {
  const told = current.published.flatMap(({ base, days, isEntered }) => {
    const worth: Record<string, string> = { ...days.find((each) => each.day === day)?.rates, [base]: '1' };
    const [mine, asked] = [worth[currency], worth[current.to]];
    if (mine === undefined || asked === undefined) return [];
    const rate = currency === base ? amountOf(asked) : quotient(amountOf(asked), amountOf(mine));
    return [{ rate, isEntered }];
  });
  return (told.findLast(({ isEntered }) => isEntered) ?? told.at(-1))?.rate ?? null;
}

/** At 12 significant digits, half up. */
function quotient(a: Amount, b: Amount): Amount {
  let decimals = 0;
  while ((a * 10n ** BigInt(decimals + 1)) / b < 10n ** BigInt(SIGNIFICANT_DIGITS)) decimals += 1;
  const rounded = (2n * a * 10n ** BigInt(decimals) + b) / (2n * b);
  return rounded * 10n ** BigInt(SCALE - decimals);
}
