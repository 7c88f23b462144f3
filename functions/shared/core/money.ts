/** An exact decimal number: units × 10^-scale. Never a binary float. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

/** @param text plain decimal text, as PostgreSQL writes a `numeric`: `-12.50` */
export function parseDecimal(text: string): Decimal {
  const [whole = '', fraction = ''] = text.split('.');
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

const atScale = ({ units, scale }: Decimal, wanted: number) => units * 10n ** BigInt(wanted - scale);

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: atScale(a, scale) + atScale(b, scale), scale };
}

export const subtract = (a: Decimal, b: Decimal): Decimal => add(a, { ...b, units: -b.units });

/** Below 0, 0 or above 0, as `Array.sort` wants. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const { units } = subtract(a, b);
  return units < 0n ? -1 : units > 0n ? 1 : 0;
}

/** a ÷ b at `scale` decimals; a half is rounded away from zero, as PostgreSQL's `round(numeric)` does. `b` is not 0. */
export function divide(a: Decimal, b: Decimal, scale: number): Decimal {
  const common = Math.max(a.scale, b.scale);
  const numerator = atScale(a, common) * 10n ** BigInt(scale);
  const denominator = atScale(b, common);
  const negative = numerator < 0n !== denominator < 0n;
  const [top, bottom] = [magnitude(numerator), magnitude(denominator)];
  const quotient = (2n * top + bottom) / (2n * bottom);
  return { units: negative ? -quotient : quotient, scale };
}

/** All its digits, trailing zeros cut, but at least `digits` decimals: `537808.621`, `823746.14`, `100.00`. */
export function formatAmount(amount: Decimal, digits: number): string {
  const scale = Math.max(amount.scale, digits);
  const padded = atScale(amount, scale);
  const text = magnitude(padded)
    .toString()
    .padStart(scale + 1, '0');
  const split = text.length - scale;
  const fraction = text.slice(split).replace(/0+$/, '').padEnd(digits, '0');
  return `${padded < 0n ? '-' : ''}${text.slice(0, split)}${fraction && `.${fraction}`}`;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
