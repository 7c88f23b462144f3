import { type Decimal, parseDecimal } from './money.ts';

export const attributionModels = ['first', 'last', 'last_non_direct', 'linear', 'position', 'time_decay'] as const;
export type AttributionModel = (typeof attributionModels)[number];

/** How long before its order a touch still counts. */
export const LOOKBACK_DAYS = 30;
const HALF_LIFE_SECONDS = 7 * 86_400;
/** Weights are whole numbers: of time decay 2^48 for a touch at the time of the order, so that shares are exact. */
const DECAY_SCALE = 2 ** 48;

/** What a model needs to know of a touch: a session that began in the days up to the order. */
export interface Touch {
  /** From its beginning to the order. */
  readonly ageSeconds: number;
  /** Whether nobody brought the person here: no campaign, no referrer. */
  readonly isDirect: boolean;
}

/** The share of each touch, in proportion. @param touches of one order, the earliest first, at least one */
const weigh: Readonly<Record<AttributionModel, (touches: readonly Touch[]) => bigint[]>> = {
  first: (touches) => touches.map((_, index) => (index === 0 ? 1n : 0n)),
  last: (touches) => only(touches, touches.length - 1),
  last_non_direct: (touches) => {
    const last = touches.findLastIndex(({ isDirect }) => !isDirect);
    return only(touches, last === -1 ? touches.length - 1 : last);
  },
  linear: (touches) => touches.map(() => 1n),
  // 40 and 40 at the ends, 20 shared by all between: times (n − 2) ÷ 20. One or two touches share evenly.
  position: (touches) => {
    const between = touches.length - 2;
    const isEnd = (index: number) => index === 0 || index === touches.length - 1;
    return touches.map((_, index) => (between > 0 && isEnd(index) ? 2n * BigInt(between) : 1n));
  },
  time_decay: (touches) =>
    touches.map(({ ageSeconds }) => BigInt(Math.round(DECAY_SCALE * 2 ** (-ageSeconds / HALF_LIFE_SECONDS)))),
};

const only = (touches: readonly Touch[], chosen: number) => touches.map((_, index) => (index === chosen ? 1n : 0n));

/**
 * What each touch is credited with, in whole minor units of the currency: they sum to `value`. What does not divide goes
 * by largest remainder, of equal ones to the earlier touch. A value below 0 (discounts above the sales) is divided as its
 * opposite.
 */
export function creditTouches(model: AttributionModel, touches: readonly Touch[], value: bigint): bigint[] {
  const weights = weigh[model](touches);
  const sum = weights.reduce((total, weight) => total + weight, 0n);
  const magnitude = value < 0n ? -value : value;
  const credits = weights.map((weight) => (magnitude * weight) / sum);
  const left = Number(magnitude - credits.reduce((total, credit) => total + credit, 0n));
  const remainder = (index: number) => (magnitude * weights[index]!) % sum;
  const byRemainder = weights.map((_, index) => index).sort((a, b) => compare(remainder(b), remainder(a)) || a - b);
  for (const index of byRemainder.slice(0, left)) credits[index]! += 1n;
  return value < 0n ? credits.map((credit) => -credit) : credits;
}

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);

/** Plain decimal text as whole minor units, a half to the even one. @param digits decimals of the currency */
export function toMinorUnits(text: string, digits: number): bigint {
  const { units, scale }: Decimal = parseDecimal(text);
  if (scale <= digits) return units * 10n ** BigInt(digits - scale);
  const unit = 10n ** BigInt(scale - digits);
  const magnitude = units < 0n ? -units : units;
  const [whole, rest] = [magnitude / unit, magnitude % unit];
  const isUp = 2n * rest > unit || (2n * rest === unit && whole % 2n === 1n);
  const rounded = whole + (isUp ? 1n : 0n);
  return units < 0n ? -rounded : rounded;
}
