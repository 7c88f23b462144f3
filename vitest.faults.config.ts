import { defineConfig } from 'vitest/config';

/** What `npm run faults` runs: the fault tests and the oracles, with all their trials. */
export default defineConfig({
  test: {
    include: ['test/faults/*.test.ts', 'test/oracle/*.test.ts'],
    globalSetup: ['test/setup/postgres.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 900_000,
    hookTimeout: 120_000,
  },
});
