/**
 * P(X ≤ count) of a negative binomial X with this mean and this variance (above the mean): the regularized incomplete
 * beta function I_p(size, count + 1), size = mean² ÷ (variance − mean), p = mean ÷ variance
 * (NIST DLMF §8.17; scipy.stats.nbinom.cdf is the same function).
 */
export function probabilityOfAtMost(count: number, mean: number, variance: number): number {
  const size = mean ** 2 / (variance - mean);
  return incompleteBeta(size, count + 1, mean / variance);
}

/** I_x(a, b), by the continued fraction on the side where it converges fast. */
function incompleteBeta(a: number, b: number, x: number): number {
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(a, b, x)) / a : 1 - (front * betaFraction(b, a, 1 - x)) / b;
}

/** It takes about √max(a, b) steps: a day of 10^8 events ends far before. */
const MOST_STEPS = 100_000;
const PRECISION = 1e-14;
/** Stands in for a zero in a denominator. */
const TINY = 1e-300;

/** Lentz's method on the continued fraction of DLMF 8.17.22. */
function betaFraction(a: number, b: number, x: number): number {
  const nonZero = (value: number) => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= MOST_STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < PRECISION) break;
  }
  return fraction;
}

/** Stirling's series (DLMF 5.11.1), where it is exact to 1e-15: from 10 on, which the recurrence leads to. */
function logGamma(x: number): number {
  if (x < 10) return logGamma(x + 1) - Math.log(x);
  const square = 1 / (x * x);
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
