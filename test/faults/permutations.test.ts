import { afterAll, beforeAll, it } from 'vitest';
import { makeRandom } from '../../local/sample/random.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { expectOneFinalState } from '../setup/one-final-state.ts';
import { isFull, reportFigure, seed } from './run-trials.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
});
afterAll(() => database.drop());

// test/ingest/fold-order.test.ts runs sixty of them with every `npm test`
it.runIf(isFull)('has one final state over all permutations and batchings', async () => {
  const runs = 1_000;
  await expectOneFinalState(database.connect(), { runs, seed: makeRandom(seed).integer(0, 2 ** 31 - 1) });
  reportFigure({
    what: 'permutations of the same events over any batching, aggregation between',
    trials: runs,
    figure: '1 distinct final state',
    target: '>= 1,000: 1',
  });
});
