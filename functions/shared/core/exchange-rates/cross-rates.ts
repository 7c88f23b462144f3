import { divide, formatAmount, parseDecimal } from '#core/money.ts';
import type { PublishedRates } from './published-rates.ts';

/** A row of `fx_rates`: one unit of `from` is worth `rate` of `to`. */
export interface RateRow {
  readonly day: string;
  readonly from: string;
  readonly to: string;
  /** Plain decimal text. */
  readonly rate: string;
  readonly source: string;
}

/**
 * What follows from a day's rates: each as it was published, its inverse, and between any two other currencies the rate by
 * way of the base. Those that are computed say so in their source, and have 12 significant digits, half up.
 */
export function crossRates({ day, base, rates }: PublishedRates, source: string): RateRow[] {
  const ofBase = new Map([[base, '1'], ...rates]);
  const rows: RateRow[] = [];
  for (const [from, a] of ofBase) {
    for (const [to, b] of ofBase) {
      if (from === to) continue;
      const row = { day, from, to };
      if (from === base) rows.push({ ...row, rate: b, source });
      else if (to === base) rows.push({ ...row, rate: ratio(b, a), source: `${source}, inverse` });
      else rows.push({ ...row, rate: ratio(b, a), source: `${source}, by way of ${base}` });
    }
  }
  return rows;
}

const SIGNIFICANT_DIGITS = 12;

function ratio(b: string, a: string): string {
  const magnitude = Math.floor(Math.log10(Number(b) / Number(a)));
  const scale = Math.max(0, SIGNIFICANT_DIGITS - 1 - magnitude);
  return formatAmount(divide(parseDecimal(b), parseDecimal(a), scale), 0);
}
