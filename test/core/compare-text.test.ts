import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareText } from '#core/compare-text.ts';

test('orders as the bytes of UTF-8 do, like collation "C"', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 1000 },
  );
  expect(['😀', '\uffee', 'a', 'B', ''].sort(compareText)).toEqual(['', 'B', 'a', '\uffee', '😀']);
});
