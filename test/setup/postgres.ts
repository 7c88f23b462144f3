import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../local/postgres.ts';

/** What a test file needs to reach the run's one server; see `database.ts`. */
export interface TestServer {
  readonly host: string;
  readonly port: number;
  readonly caFile: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    postgres: TestServer;
  }
}

/**
 * One PostgreSQL for the whole run, in a directory that goes with it, as does whatever the tests and what they start put
 * into the temporary folder: it is inside.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), 'analytics-test-'));
  chmodSync(directory, 0o755);
  const temporary = join(directory, 'tmp');
  mkdirSync(temporary);
  chmodSync(temporary, 0o1777); // the servers run as another user where the tests run as root
  process.env.TMPDIR = temporary;
  const cluster = await startPostgres({ directory: join(directory, 'postgres'), durable: false });
  project.provide('postgres', { host: cluster.host, port: cluster.port, caFile: cluster.caFile });
  return async () => {
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  };
}
