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
    testTimeout: 20_000,
    hookTimeout: 120_000,
  },
});
