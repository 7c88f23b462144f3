import { defineConfig } from 'vitest/config';
import { wrapRoutes } from './test/setup/wrap-routes.ts';

export default defineConfig({
  plugins: [wrapRoutes],
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup/hold-fetch.ts'],
    globalSetup: ['test/setup/postgres.ts'],
    reporters: ['default', './test/setup/closing-line.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // A hang is what it is for: on a loaded machine a test that starts a whole system has taken 20 s.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
