import { makeRandom } from '../../local/sample/random.ts';
import { isFull, seed } from '../faults/run-trials.ts';

const FULL = 500;

/**
 * How many streams a property is tried on, for fast-check: `quick` in `npm test`, 500 in `npm run faults`, whose seed
 * decides them; ORACLE_STREAMS names another number.
 */
export const streamRuns = (quick: number) => ({
  numRuns: Number(process.env.ORACLE_STREAMS ?? (isFull ? FULL : quick)),
  seed: makeRandom(`${seed} streams`).integer(0, 2 ** 31 - 1),
});
