import { expect, test } from 'vitest';
import { evaluateExpression } from '../../../local/alarms/evaluate-expression.ts';

const series = { failed: [0, 1, 2, 30, undefined], answered: [10, 10, 20, 60, 5], none: [undefined, undefined] };

test.each([
  ['failed + answered', [10, 11, 22, 90, undefined]],
  ['100 * failed / answered', [0, 10, 10, 50, undefined]],
  ['IF(failed > 1, 100 * failed / answered, 0)', [0, 0, 10, 50, undefined]],
  ['FILL(failed, 7) - 1', [-1, 0, 1, 29, 6]],
  ['FILL(none, 0)', [undefined, undefined]],
  ['(failed + 1) * 2', [2, 4, 6, 62, undefined]],
  ['-failed + 2 * 3', [6, 5, 4, -24, undefined]],
  ['answered / failed', [undefined, 10, 10, 2, undefined]],
])('%s', (expression, expected) => {
  expect(evaluateExpression(expression, series).map((value) => (value === 0 ? 0 : value))).toEqual(expected);
});

test.each(['SEARCH(failed)', 'failed +', 'failed failed', 'RATE(failed)', '"text"', '3'])(
  '%s is refused',
  (expression) => {
    expect(() => evaluateExpression(expression, series)).toThrow(expression);
  },
);
