/** Exact amounts for the oracles: whole numbers of 10^-24 of a unit, so that 4 decimals times a rate of 20 stay exact. */
export type Amount = bigint;

export const SCALE = 24;
export const CENT: Amount = 10n ** BigInt(SCALE - 2);

/** @param value a JSON number or decimal text of at most 24 decimals */
export function amountOf(value: unknown): Amount {
  const text = typeof value === 'number' ? value.toFixed(4) : String(value);
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const units = BigInt(whole + fraction.padEnd(SCALE, '0'));
  return text.startsWith('-') ? -units : units;
}

/** As `of` is to `amount`: 4 decimals times 20 are 24. */
export const times = (amount: Amount, rate: Amount): Amount => (amount * rate) / 10n ** BigInt(SCALE);

/** As answers write it: all its decimals, at least `digits`. */
export function shownAmount(amount: Amount, digits = 2): string {
  const text = (amount < 0n ? -amount : amount).toString().padStart(SCALE + 1, '0');
  const fraction = text.slice(-SCALE).replace(/0+$/, '').padEnd(digits, '0');
  return `${amount < 0n ? '-' : ''}${text.slice(0, -SCALE)}.${fraction}`;
}

/** amount ÷ count at 4 decimals, half up (away from zero); null over nothing. */
export function shownAverage(amount: Amount, count: number | bigint): string | null {
  if (BigInt(count) === 0n) return null;
  const unit = 10n ** BigInt(SCALE - 4);
  const magnitude = amount < 0n ? -amount : amount;
  const rounded = (2n * magnitude + unit * BigInt(count)) / (2n * unit * BigInt(count));
  const shown = shownAmount(rounded * unit, 4);
  return amount < 0n && rounded > 0n ? `-${shown}` : shown;
}
