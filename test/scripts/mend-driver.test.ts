import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyChanges, mendDriver } from '../../scripts/mend-driver.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

const directory = mkdtempSync(join(tmpdir(), 'analytics-driver-'));
let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ migrated: false });
  const bundle = (name: string, plugins: (typeof mendDriver)[]) =>
    build({
      ...{ entryPoints: ['test/scripts/lose-connections.ts'], outfile: join(directory, name), plugins },
      ...{ bundle: true, platform: 'node', format: 'esm' },
    });
  await Promise.all([bundle('mended.mjs', [mendDriver]), bundle('published.mjs', [])]);
});
afterAll(async () => {
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

/** What the case printed, or how its process ended. */
function lose(name: string, bundle = 'mended.mjs'): Promise<unknown> {
  const { host, port, name: databaseName } = database;
  const words = [join(directory, bundle), name, host, String(port), databaseName];
  return new Promise((resolve) =>
    execFile(process.execPath, words, { timeout: 10_000 }, (error, out, problems) =>
      resolve(error ? (/\w*Error: .*/.exec(problems)?.[0] ?? error.message) : JSON.parse(out)),
    ),
  );
}

const CLOSED = 'CONNECTION_CLOSED';

describe('the driver as it is bundled', () => {
  it('rejects what a transaction asks after its connection closed', async () => {
    expect(await lose('a statement after its connection closed')).toEqual({ transaction: CLOSED, statement: CLOSED });
  });

  it('connects again after a connection closed between a write and its flush', async () => {
    expect(await lose('a connection that closes before it is flushed')).toEqual({ unflushed: CLOSED, next: 'done' });
  });

  it('never runs a statement of a transaction on a later connection', async () => {
    const outcome = await lose('a statement after another connection was made');
    expect(outcome).toEqual({ transaction: CLOSED, statement: CLOSED, written: [] });
  });

  it('fails the build when the driver is another version', () => {
    const change = { from: 'a', to: 'b' };
    expect(applyChanges('a', [change], 'index.js')).toBe('b');
    for (const text of ['', 'aa']) expect(() => applyChanges(text, [change], 'index.js')).toThrow('does not fit');
  });
});

// Where this fails, a new version of the driver has mended itself, and scripts/mend-driver.ts may go
it('as published ends the process', async () => {
  expect(await lose('a statement after its connection closed', 'published.mjs')).toMatch(/^TypeError: .*'write'/);
});
