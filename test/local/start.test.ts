import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outputs } from '../../local/describe-outputs.ts';
import { removePostgres } from '../../local/postgres.ts';

const START = new URL('../../local/start.ts', import.meta.url).pathname;
const READY_TIMEOUT_MS = 60_000;

const directories: string[] = [];
const children: ChildProcess[] = [];
function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'analytics-start-'));
  directories.push(directory);
  return directory;
}

/** `npm start -- <args>`, without npm. */
function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [START, ...args], { env: { ...process.env, ...env } });
  children.push(child);
  const texts = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (texts.out += chunk));
  child.stderr.on('data', (chunk) => (texts.err += chunk));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...texts }));
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => texts.out.includes('\nReady ') && resolve());
    ended.then(({ err }) => reject(new Error(`It ended before it was ready: ${err}`)));
    setTimeout(() => reject(new Error('It is not ready in time')), READY_TIMEOUT_MS).unref();
  });
  ready.catch(() => {}); // most of these end without it
  return { child, ended, ready };
}

const readOutputs = (dataDir: string): Outputs => JSON.parse(readFileSync(join(dataDir, 'outputs.json'), 'utf8'));

async function ask<T>({ databaseUrl }: Outputs, query: string): Promise<T[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    return [...(await sql.unsafe<T[]>(query))];
  } finally {
    await sql.end();
  }
}

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const directory of directories) {
    removePostgres(join(directory, 'postgres'));
    rmSync(directory, { recursive: true, force: true });
  }
});

/** One line that says what is wrong, nothing on the standard output that claims otherwise, and exit code 1. */
async function expectRefusal(run: ReturnType<typeof start>, complaint: RegExp): Promise<void> {
  const { code, out, err } = await run.ended;
  expect(err).toMatch(complaint);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
  expect(out).not.toContain('Ready');
  expect(code).toBe(1);
}

describe('npm start refuses, saying which and what to do,', () => {
  it.each([
    [['--fast'], /^Unknown option '--fast'\. Usage: npm start -- /],
    [['stray'], /^Unexpected argument 'stray'\. Usage: npm start -- /],
    [['--port', '80a'], /^--port takes a number from 0 \(any free one\) to 65535, not "80a"$/m],
    [['--port', '65536'], /^--port takes a number/],
    [['--data-dir', ''], /^--data-dir takes a directory/],
  ])('%j', async (args, complaint) => {
    await expectRefusal(start(args), complaint);
  });

  it('a directory that holds something else', async () => {
    const directory = makeDirectory();
    writeFileSync(join(directory, 'thesis.txt'), '');
    await expectRefusal(
      start(['--data-dir', directory]),
      /holds other files \(thesis\.txt, …\): choose an empty directory with --data-dir DIR$/m,
    );
  });

  it('a setting that is wrong', async () => {
    const run = start(['--data-dir', makeDirectory(), '--port', '0'], { RAW_RETENTION_DAYS: 'abc' });
    await expectRefusal(run, /RAW_RETENTION_DAYS/);
  });

  it('a port that is taken', async () => {
    const other: Server = createServer();
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const { port } = other.address() as { port: number };
    try {
      const run = start(['--data-dir', makeDirectory(), '--port', String(port)]);
      await expectRefusal(run, new RegExp(`^Port ${port} is taken: stop what listens there, or choose another`));
    } finally {
      other.close();
    }
  });
});

describe('a system that runs', () => {
  const dataDir = makeDirectory();
  const args = ['--no-sample', '--port', '0', '--data-dir', dataDir];
  let running: ReturnType<typeof start>;
  beforeAll(async () => {
    running = start(args);
    await running.ready;
  });

  it('keeps its directory: a second start says whose it is', async () => {
    await expectRefusal(
      start(args),
      new RegExp(`is in use by process ${running.child.pid}: stop that one .*--data-dir DIR$`, 'm'),
    );
    expect((await fetch(`${readOutputs(dataDir).apiUrl}/health`)).status).toBe(200);
  });

  it('is killed and starts again with its data, and stops on a signal', async () => {
    await ask(readOutputs(dataDir), 'create table kept as select generate_series(1, 100000) as n');
    running.child.kill('SIGKILL');
    await running.ended;

    running = start(args);
    await running.ready;

    expect(await ask(readOutputs(dataDir), 'select count(*)::int as kept from kept')).toEqual([{ kept: 100_000 }]);
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0, err: '' });
    expect(() => readOutputs(dataDir)).toThrow('ENOENT');
  });
});
