import { expect, it } from 'vitest';
import { probabilityOfAtMost } from '#core/reconcile/count-probability.ts';

/** scipy 1.17.1: nbinom.cdf(count, mean² / (variance − mean), mean / variance). */
it.each([
  [0, 20, 22, 5.2657831242945636e-9],
  [0, 30, 60, 9.313225746154785e-10],
  [5, 40, 100, 4.099615988140973e-7],
  [300, 1000, 30_000, 7.118549719753271e-9],
  [12_000, 20_000, 4_020_000, 1.5893651489579868e-6],
  [700_000, 1e6, 1e10, 0.0004304146705444447],
  [0, 6, 7.2, 0.004212720233087413],
  [39, 40, 48, 0.4846341372665559],
])('P(X ≤ %d) with mean %d and variance %d', (count, mean, variance, expected) => {
  expect(Math.abs(probabilityOfAtMost(count, mean, variance) / expected - 1)).toBeLessThan(1e-8);
});
