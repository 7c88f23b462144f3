import { add, type Decimal, divide, formatAmount, parseDecimal, subtract } from './money.ts';

/** Sums of movements in one currency, as the database gives them: amounts are plain decimal text. */
export interface SalesSums {
  readonly placed: number;
  readonly cancelled: number;
  readonly gross: string;
  readonly discounts: string;
  readonly cancellations: string;
  readonly returns: string;
  readonly tax: string;
  readonly shipping: string;
  readonly collected: string;
}

export const noSales: SalesSums = {
  ...{ placed: 0, cancelled: 0 },
  ...{ gross: '0', discounts: '0', cancellations: '0', returns: '0', tax: '0', shipping: '0', collected: '0' },
};

/** Amounts as they are answered: exact decimal text. */
export interface SalesFigures {
  readonly gross: string;
  readonly discounts: string;
  readonly cancellations: string;
  readonly returns: string;
  /** gross − discounts − cancellations − returns */
  readonly net: string;
  readonly tax: string;
  readonly shipping: string;
  /** net + tax + shipping */
  readonly total: string;
  readonly collected: string;
}

/** @param digits decimals of the currency */
export function salesFigures(sums: SalesSums, digits: number): SalesFigures {
  const [gross, discounts, cancellations, returns, tax, shipping, collected] = (
    ['gross', 'discounts', 'cancellations', 'returns', 'tax', 'shipping', 'collected'] as const
  ).map((name) => parseDecimal(sums[name])) as [Decimal, Decimal, Decimal, Decimal, Decimal, Decimal, Decimal];
  const net = [discounts, cancellations, returns].reduce(subtract, gross);
  const total = [tax, shipping].reduce(add, net);
  const amounts = { gross, discounts, cancellations, returns, net, tax, shipping, total, collected };
  const texts = Object.entries(amounts).map(([name, amount]) => [name, formatAmount(amount, digits)]);
  return Object.fromEntries(texts) as unknown as SalesFigures;
}

const AVERAGE_DECIMALS = 4;

/** (gross − discounts) ÷ orders placed, at 4 decimals, half up; null without an order. */
export function averageOrderValue({ gross, discounts, placed }: SalesSums): string | null {
  if (placed === 0) return null;
  const value = subtract(parseDecimal(gross), parseDecimal(discounts));
  return formatAmount(divide(value, { units: BigInt(placed), scale: 0 }, AVERAGE_DECIMALS), AVERAGE_DECIMALS);
}

/** The row of `/revenue`. */
export function salesTotals(sums: SalesSums, digits: number) {
  return { ...salesFigures(sums, digits), orders: sums.placed, averageOrderValue: averageOrderValue(sums) };
}

export type Figures = { readonly [name: string]: string | number | null | Figures };
export type Ratios = { readonly [name: string]: number | null | Ratios };

const RATIO_DECIMALS = 4;

/**
 * (current − previous) ÷ previous of every figure, under the same keys, at 4 decimals: 0.25 is a quarter more. Null where
 * there was nothing before, or either is null.
 */
export function changeOf(current: Figures, previous: Figures): Ratios {
  const change = (now: Figures[string], before: Figures[string] | undefined): number | null | Ratios => {
    if (now === null || before === null || before === undefined) return null;
    if (typeof now === 'object') return changeOf(now, before as Figures);
    const base = parseDecimal(plain(before));
    if (base.units === 0n) return null;
    const ratio = divide(subtract(parseDecimal(plain(now)), base), base, RATIO_DECIMALS);
    return Number(formatAmount(ratio, 0));
  };
  return Object.fromEntries(Object.entries(current).map(([name, now]) => [name, change(now, previous[name])]));
}

/** Rates are binary fractions: 15 decimals are all that they hold. */
const plain = (value: Figures[string]): string => (typeof value === 'number' ? value.toFixed(15) : String(value));
