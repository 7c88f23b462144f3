import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queueName } from '#contract/event-types.ts';
import { startTestSystem, type TestSystem } from '../setup/system.ts';
import { readBlocks } from './read-blocks.ts';
import { serveAwsCli } from './serve-aws-cli.ts';

const blocks = readBlocks(readFileSync('docs/runbook.md', 'utf8'));
const START = 'Before you start';
const [local, onAws, inBoth] = blocks.filter(({ heading }) => heading === START).map(({ text }) => text);

/** Calls the AWS CLI itself, and not the functions of the first section: it is about what only AWS has. */
const needsAws = (text: string) => /(^|[\s(])aws /m.test(text.replaceAll(/^\s*#.*$/gm, ''));
const rest = blocks.filter(({ heading }) => heading !== START);
const commands = new Map(rest.filter(({ language }) => language === 'sh').map((block) => [block.text, block]));
const runnable = [...commands.values()].filter(({ text }) => !needsAws(text));

/** Skipped, and shown as such, where the machine has not what the runbook says it needs. */
const has = (tool: string) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
const missing = ['bash', 'curl', 'jq'].filter((tool) => !has(tool));
const canRun = (text: string) => !missing.some((tool) => tool !== 'jq' || new RegExp(`\\b${tool}\\b`).test(text));

let live: TestSystem;
let aws: Server;
let bin: string;

beforeAll(async () => {
  live = await startTestSystem();
  writeFileSync(join(live.dataDir, 'outputs.json'), JSON.stringify(live.outputs));
  bin = join(live.dataDir, 'bin');
  mkdirSync(bin);
  aws = await serveAwsCli(bin);
  // What the examples are about: an undelivered event, a finding.
  const undelivered = `${queueName('payments.payment.confirmed')}-undelivered`;
  if (canRun(''))
    await runBash(`sqs send-message --queue-url "$(url ${undelivered})" --message-body '{"detail":{"id":"1"}}'`);
  await live.sql`
    insert into reconciliations (id, kind, event_type, period_from, period_to, expected, found, missing, status, first_seen_at, last_seen_at)
    overriding system value
    values (4711, 'count', 'orders.order.status_changed', now() - interval '1 day', now(), 2, 1, 1, 'open', now(), now())`;
});
afterAll(async () => {
  aws?.close();
  await live?.stop();
});

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

/** In bash, after the blocks that the runbook says to paste first. */
async function runBash(text: string): Promise<Ran> {
  const script = ['set -e', local, inBoth, text].join('\n');
  const env = {
    ...process.env,
    PATH: `${bin}:${dirname(process.execPath)}:${process.env.PATH}`,
    dir: live.dataDir,
    customer: 'customer-of-nobody',
  };
  const child = spawn('bash', ['-c', script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output };
}

it('says first how to call each place', () => {
  expect(local).toMatch(/^# On this machine/);
  expect(onAws).toMatch(/^# On AWS/);
  expect(inBoth).toMatch(/^# In both/);
  const functionsOf = (text: string) => [...text.matchAll(/^(\w+)\(\)/gm)].map(([, name]) => name);
  expect(functionsOf(local!).filter((name) => name !== 'out')).toEqual(functionsOf(onAws!));
});

it('has commands for this machine in most of its sections', () => {
  expect(runnable.length).toBeGreaterThan(20);
});

describe('commands', () => {
  it.for(runnable)('$heading: $text', async ({ text }, { skip }) => {
    skip(!canRun(text), `without ${missing.join(', ')}`);
    const { code, output } = await runBash(text.replaceAll('/ID/', '/4711/'));
    expect([code, output]).toEqual([0, expect.not.stringMatching(/command not found|"skipped": ?"/)]);
  });

  it.skipIf(!canRun(''))('fail where the runbook is wrong', async () => {
    expect((await runBash('admin GET no-such-route')).code).not.toBe(0);
    expect((await runBash('depth no-such-queue')).output).toMatch(/NonExistentQueue|does not exist/);
    expect((await runBash('job no-such-job')).code).not.toBe(0);
  });
});

describe('statements', () => {
  const statements = rest.filter(({ language }) => language === 'sql');
  const ROLLBACK = 'the end of the test';

  it.each(statements)('$heading: $text', async ({ text }) => {
    const running = live.sql.begin(async (sql) => {
      // The example of a month that was detached and not yet dropped.
      await sql`create table retired_events_2026_05_1 (like analytics_events including all)`;
      await sql.unsafe(text);
      throw new Error(ROLLBACK);
    });
    await expect(running).rejects.toThrow(ROLLBACK);
  });
});
