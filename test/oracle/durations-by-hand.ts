/**
 * Mean, median and 90th percentile (linear interpolation) of durations in milliseconds, in hours or days at 4 decimals, half
 * away from zero: whole numbers throughout.
 */
export function durationsByHand(durations: readonly number[], unit: 'hours' | 'days') {
  const unitMs = unit === 'hours' ? 3_600_000n : 86_400_000n;
  const sorted = durations.map(BigInt).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const shown = (amount: bigint, parts: bigint) => {
    const [top, bottom] = [10_000n * abs(amount), parts * unitMs];
    const rounded = (2n * top + bottom) / (2n * bottom);
    return Number(amount < 0n ? -rounded : rounded) / 10_000;
  };
  /** Position (n − 1) × tenths ÷ 10, between two of them in tenths. */
  const percentile = (tenths: number) => {
    const position = (sorted.length - 1) * tenths;
    const low = sorted[Math.floor(position / 10)] ?? 0n;
    const high = sorted[Math.ceil(position / 10)] ?? 0n;
    return shown(low * 10n + (high - low) * BigInt(position % 10), 10n);
  };
  if (sorted.length === 0) return { mean: null, median: null, p90: null, count: 0 };
  const sum = sorted.reduce((total, each) => total + each, 0n);
  return { mean: shown(sum, BigInt(sorted.length)), median: percentile(5), p90: percentile(9), count: sorted.length };
}

const abs = (value: bigint) => (value < 0n ? -value : value);
