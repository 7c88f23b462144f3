import { afterAll, beforeAll, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { expectOneFinalState } from '../setup/one-final-state.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
});
afterAll(() => database.drop());

it('ends in the same facts and rollups for any order, batching and repetition', async () => {
  await expectOneFinalState(database.connect(), { runs: 60 });
}, 120_000);
