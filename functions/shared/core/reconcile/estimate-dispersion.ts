/** 5 % of a normal distribution lie further below its mean than this many standard deviations. */
const Z = 1.645;
const QUANTILE = 0.95;
/** Where fewer are expected, chance alone decides how far a count falls below. */
const LEAST_EXPECTED = 5;
/** Fewer deviations say nothing about the 5 % that are the largest. */
const LEAST_DEVIATIONS = 20;
/** No producer is steadier than 5 %, whatever a few weeks may look like. */
const LEAST_DISPERSION = 0.05 ** 2;

/**
 * How much counts vary from week to week beyond chance: φ in variance = mean + φ·mean². Each count is compared with the
 * median of the other weeks' (it is not its own witness); φ is the value under which 5 % of the counts fall more than
 * 1.645 standard deviations below. A quantile, so that neither sales nor losses that are rarer than that move it, and of
 * the side below alone, since that is what is tested; multiplied by the upper 95 % bound of a variance known from half as
 * many independent deviations as there are days (hours of one day vary together).
 * @param slots counts of the same weekday (and hour), one slot after the other
 * @returns null where there are too few to tell
 */
export function estimateDispersion(slots: Iterable<readonly number[]>, days: number): number | null {
  const implied = [...slots].flatMap(impliedBy).sort((a, b) => a - b);
  if (implied.length < LEAST_DEVIATIONS) return null;
  const dispersion = implied[Math.ceil(QUANTILE * implied.length) - 1]! * varianceBound(days / 2);
  return Math.max(LEAST_DISPERSION, dispersion);
}

/** For each count the φ under which it would lie 1.645 standard deviations below the median of the others. */
function impliedBy(counts: readonly number[]): number[] {
  if (counts.length < 2) return [];
  const sorted = counts.toSorted((a, b) => a - b);
  const others = sorted.length - 1;
  const middle = Math.ceil(others / 2) - 1;
  return sorted.flatMap((count, index) => {
    const expected = sorted[index <= middle ? middle + 1 : middle]!; // the lower median of the others
    if (expected < LEAST_EXPECTED) return [];
    if (count >= expected) return [Number.NEGATIVE_INFINITY];
    const variance = ((expected - count) / Z) ** 2 / medianFactor(others);
    return [(variance - expected) / expected ** 2];
  });
}

/** How much the variance of a deviation grows as the median of n counts is not known exactly: that of a median is π/2n. */
export const medianFactor = (n: number): number => 1 + Math.PI / (2 * n);

/** ν ÷ χ²(5 %, ν), the quantile by Wilson and Hilferty (1931). */
function varianceBound(degrees: number): number {
  const k = 2 / (9 * degrees);
  return 1 / (1 - k - Z * Math.sqrt(k)) ** 3;
}
