import { expect, it } from 'vitest';
import { scan } from '../setup/canary-scan.ts';
import { runFunctions } from './find-leaks-of-functions.ts';
import { mutants } from './mutants.ts';
import { isFull, reportFigure } from './run-trials.ts';

/** A failure of the data, of the connection, and one that nobody expects. */
const sqlStates = ['22P02', '08006', 'XX000'];
/** `npm test` tries one in four, `npm run faults` all. */
const tried = isFull ? mutants : mutants.filter((_, index) => index % 4 === 0);
let caught = 0;

it('nothing is found where nothing was changed', async () => {
  expect(scan(await runFunctions(sqlStates))).toEqual([]);
}, 60_000);

it.each(tried)(
  '$name: found',
  async (mutant) => {
    expect(scan(await runFunctions(sqlStates, mutant))).not.toEqual([]);
    caught++;
  },
  60_000,
);

it('every mutant is found', () => {
  expect(mutants.length).toBeGreaterThanOrEqual(20);
  expect(caught).toBe(tried.length);
  reportFigure({
    what: 'mutants of maskers and loggers caught by the scan',
    trials: tried.length,
    figure: `${caught} caught`,
    target: 'all, 20 or more',
  });
});
