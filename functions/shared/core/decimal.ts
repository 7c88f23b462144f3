/**
 * Exact decimal arithmetic on the texts that validation lets through: digits, an optional sign, at most 4 decimals.
 * Products of two have at most 8.
 */
const DECIMALS = 4;

/** @param text plain decimal text, as `-12.5` */
function scaled(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(DECIMALS, '0'));
}

function toText(value: bigint, decimals: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0');
  const fraction = digits.slice(-decimals).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -decimals)}${fraction && `.${fraction}`}`;
}

/** Σ a × b, exact. */
export function sumOfProducts(pairs: readonly (readonly [a: string, b: string])[]): string {
  return toText(
    pairs.reduce((sum, [a, b]) => sum + scaled(a) * scaled(b), 0n),
    2 * DECIMALS,
  );
}

/** Σ of the values, exact. */
export function sumOf(values: readonly string[]): string {
  return toText(
    values.reduce((sum, value) => sum + scaled(value), 0n),
    DECIMALS,
  );
}
