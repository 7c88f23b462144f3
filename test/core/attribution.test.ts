import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attributionModels, creditTouches, type Touch, toMinorUnits } from '#core/attribution.ts';

const WEEK = 7 * 86_400;
const touch = (ageSeconds: number, isDirect = false): Touch => ({ ageSeconds, isDirect });
const three = [touch(2 * WEEK), touch(WEEK), touch(0, true)];

test.each([
  ['first', three, [1000n, 0n, 0n]],
  ['last', three, [0n, 0n, 1000n]],
  ['last_non_direct', three, [0n, 1000n, 0n]],
  ['last_non_direct', [touch(9, true), touch(5, true)], [0n, 1000n]],
  ['linear', three, [334n, 333n, 333n]],
  ['position', three, [400n, 200n, 400n]],
  ['position', three.slice(1), [500n, 500n]],
  ['position', three.slice(2), [1000n]],
  ['position', [...three, touch(0)], [400n, 100n, 100n, 400n]],
  // weights 1/4, 1/2, 1
  ['time_decay', three, [143n, 286n, 571n]],
] as const)('%s of 10.00', (model, touches, credits) => {
  expect(creditTouches(model, touches, 1000n)).toEqual(credits);
});

test('credits are whole minor units and sum to the conversion, none more than one off its share', () => {
  const touches = fc.array(
    fc.record({ ageSeconds: fc.double({ min: 0, max: 30 * 86_400, noNaN: true }), isDirect: fc.boolean() }),
    { minLength: 1, maxLength: 40 },
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...attributionModels),
      touches.map((all) => all.toSorted((a, b) => b.ageSeconds - a.ageSeconds)),
      fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }),
      (model, all, value) => {
        const credits = creditTouches(model, all, value);
        expect(credits).toHaveLength(all.length);
        expect(credits.reduce((sum, credit) => sum + credit, 0n)).toBe(value);
        expect(credits.every((credit) => credit === 0n || credit < 0n === value < 0n)).toBe(true);
        if (model === 'linear') expect(Number(credits[0]! - credits.at(-1)!) * (value < 0n ? -1 : 1)).toBeLessThan(2);
      },
    ),
    { numRuns: 2_000 },
  );
});

test.each([
  ['10.005', 2, 1000n],
  ['10.015', 2, 1002n],
  ['-10.005', 2, -1000n],
  ['-10.0151', 2, -1002n],
  ['10.5', 0, 10n],
  ['11.5', 0, 12n],
  ['3', 3, 3000n],
] as const)('%s with %i decimals is %i', (amount, digits, units) => {
  expect(toMinorUnits(amount, digits)).toBe(units);
});
