import { describe, expect, it } from 'vitest';
import { findSilentTypes } from '#core/watch/find-silent-types.ts';
import { hasLedgerJumped, haveLettersGrown, type Look } from '#core/watch/judge-growth.ts';
import { judgeWatch, type Sight } from '#core/watch/judge-watch.ts';
import { makeRandom } from '../../../local/sample/random.ts';

const MIB = 2 ** 20;
const quiet: Sight = {
  isSettled: true,
  day: { isAggregated: true, stuckHours: 0 },
  missingMonths: [],
  types: [],
  valveMinutes: 0,
  looks: [],
};
const kinds = (sight: Partial<Sight>) => judgeWatch({ ...quiet, ...sight }).map(({ kind }) => kind);

describe('the watch', () => {
  it('finds nothing where nothing is wrong, and nothing daily in a system of today', () => {
    expect(kinds({})).toEqual([]);
    const day = { isAggregated: false, stuckHours: 24 };
    expect(kinds({ isSettled: false, day, missingMonths: ['2026-12'], valveMinutes: null })).toEqual([]);
  });

  it.each<[string, Partial<Sight>]>([
    ['daily-aggregation-missing', { day: { isAggregated: false, stuckHours: 0 } }],
    ['daily-aggregation-missing', { day: { isAggregated: true, stuckHours: 1 } }],
    ['partitions-missing', { missingMonths: ['2026-12'] }],
    ['type-silent', { types: [{ type: 'orders', last: 0, weeksBefore: [20, 20, 20, 20] }] }],
    ['valve-closed-too-long', { valveMinutes: 16 }],
    ['valve-closed-too-long', { valveMinutes: null }],
  ])('finds %s in %j', (kind, sight) => {
    expect(kinds(sight)).toEqual([kind]);
  });

  it('leaves the valve alone for as long as its own alarm does', () => {
    expect(kinds({ valveMinutes: 15 })).toEqual([]);
  });
});

describe('a type is silent', () => {
  const silent = (last: number, weeksBefore: number[]) =>
    findSilentTypes([{ type: 't', last, weeksBefore }]).length > 0;

  it.each<[boolean, number, number[]]>([
    [true, 0, [20, 500, 20, 31]],
    [false, 1, [500, 500, 500, 500]],
    [false, 0, [500, 500, 500, 19]], // rare, or not yet there four weeks ago
    [false, 0, [500, 500, 500]],
    [false, 0, [0, 0, 0, 0]], // a shop without it
  ])('%s: %i after %j', (expected, last, weeksBefore) => {
    expect(silent(last, weeksBefore)).toBe(expected);
  });

  it('never by chance: 20,000 shop days of a type with 20 to 60 events a day', () => {
    const random = makeRandom('heartbeat');
    let alarms = 0;
    for (let day = 0; day < 20_000; day++) {
      const mean = 20 + 40 * random.unit();
      const [last = 0, ...weeksBefore] = Array.from({ length: 5 }, () => poisson(mean, random.unit));
      if (silent(last, weeksBefore)) alarms += 1;
    }
    expect(alarms).toBe(0);
  });
});

function poisson(mean: number, next: () => number): number {
  let count = -1;
  for (let product = 1; product > Math.exp(-mean); count++) product *= next();
  return count;
}

/** Looks at 03:00, day by day, from these amounts. */
const looksOf = (field: 'ledgerBytes' | 'openLetters', amounts: readonly number[]): Look[] =>
  amounts.map((amount, day) => ({
    ...{ at: new Date(Date.UTC(2026, 9, 1 + day, 3)).toISOString(), ledgerBytes: 0, openLetters: 0 },
    [field]: amount,
  }));
const rising = (days: number, from: number, step: number) =>
  Array.from({ length: days }, (_, day) => from + day * step);

describe('the ledger', () => {
  const month = rising(28, 1_000 * MIB, 20 * MIB);
  const last = month.at(-1)!;

  it.each<[boolean, string, number[]]>([
    [false, 'as every day', [...month, last + 20 * MIB]],
    [false, 'of a sale: four times a day', [...month, last + 80 * MIB]],
    [true, 'of a flood: ten days in one', [...month, last + 200 * MIB]],
    [false, 'of a small shop, below 64 MiB', [...rising(28, 1 * MIB, 0.1 * MIB), 60 * MIB]],
    [false, 'without seven days to compare with', [0, 0, 0, 0, 0, 0, 0, 900 * MIB]],
    [true, 'with seven', [0, 0, 0, 0, 0, 0, 0, 0, 900 * MIB]],
  ])('%s: growth %s', (expected, _what, amounts) => {
    expect(hasLedgerJumped(looksOf('ledgerBytes', amounts))).toBe(expected);
  });

  it('counts days, not looks: one by hand in between changes nothing', () => {
    const looks = looksOf('ledgerBytes', [...month, last + 200 * MIB]);
    const byHand = { ...looks.at(-1)!, at: '2026-10-29T02:00:00.000Z' };
    expect(hasLedgerJumped([...looks.slice(0, -1), byHand, looks.at(-1)!])).toBe(true);
  });
});

describe('dead letters', () => {
  it.each<[boolean, number[]]>([
    [false, [500]],
    [false, [500, 600]],
    [true, [500, 601]],
    [false, [7, 6, 5, 4, 3, 2, 1]],
    [false, rising(7, 0, 1)],
    [true, rising(8, 0, 1)],
    [false, [0, 1, 2, 3, 3, 4, 5, 6]],
  ])('%s: %j', (expected, amounts) => {
    expect(haveLettersGrown(looksOf('openLetters', amounts))).toBe(expected);
  });
});
