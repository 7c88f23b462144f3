import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { add, compareDecimals, divide, formatAmount, parseDecimal, subtract } from '#core/money.ts';

const whole = (value: number) => ({ units: BigInt(value), scale: 0 });

test.each([
  ['537808.621', 2, '537808.621'],
  ['823746.1400', 2, '823746.14'],
  ['100', 2, '100.00'],
  ['-0.5000', 2, '-0.50'],
  ['0.0000', 0, '0'],
  ['1200', 0, '1200'],
  ['7', 3, '7.000'],
])('%s with %i decimals is %s', (text, digits, expected) => {
  expect(formatAmount(parseDecimal(text), digits)).toBe(expected);
});

describe('divide', () => {
  test.each([
    ['1', 3, '0.3333'],
    ['2', 3, '0.6667'],
    ['0.00005', 1, '0.0001'],
    ['-0.00005', 1, '-0.0001'],
    ['0.000049999', 1, '0.0000'],
    ['999999999999.9999', 3, '333333333333.3333'],
    ['5', -2, '-2.5000'],
  ])('%s by %i is %s', (text, by, expected) => {
    expect(formatAmount(divide(parseDecimal(text), whole(by), 4), 4)).toBe(expected);
  });
});

test('sums are exact and differences undo them', () => {
  const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.integer({ min: 0, max: 8 }));
  fc.assert(
    fc.property(decimal, decimal, ([a, aScale], [b, bScale]) => {
      const [left, right] = [
        { units: a, scale: aScale },
        { units: b, scale: bScale },
      ];
      const sum = add(left, right);
      expect(sum.units * 10n ** BigInt(8 - sum.scale)).toBe(
        a * 10n ** BigInt(8 - aScale) + b * 10n ** BigInt(8 - bScale),
      );
      expect(compareDecimals(subtract(sum, right), left)).toBe(0);
      expect(compareDecimals(parseDecimal(formatAmount(sum, 2)), sum)).toBe(0);
    }),
  );
});
