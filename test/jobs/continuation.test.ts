import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { answerInvocations } from '../../local/lambda/answer-invocations.ts';
import { listen } from '../../local/listen.ts';
import { serveAwsCalls } from '../../local/services/serve-aws-calls.ts';
import type { Tables } from '../../local/start-tables.ts';
import { bundleFunctions } from '../../scripts/build.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { startRecordsTable } from './records-table.ts';
import { type JobEnvironment, killJobEnvironments, startJobEnvironments } from './start-job-environments.ts';

/** Below what the audit reserves for itself, so that it has time for nothing. */
const NO_TIME = { remainingMs: 20_000 };
const SUNDAY = '2026-11-22T03:00:00Z';

const directory = mkdtempSync(join(tmpdir(), 'analytics-jobs-'));
const invoked: { readonly name: string; readonly payload: object }[] = [];
let database: TestDatabase;
let owner: Sql;
let tables: Tables;
let server: Server;
let audit: JobEnvironment;

beforeAll(async () => {
  chmodSync(directory, 0o755);
  await bundleFunctions([{ name: 'job-audit-pii', source: 'functions/jobs/audit-pii.ts' }], directory);
  database = await createDatabase({ migrated: true });
  owner = database.connect();
  tables = await startRecordsTable();
  const answer = answerInvocations((name, payload) => void invoked.push({ name, payload: JSON.parse(payload) }));
  server = serveAwsCalls({}, async (...call) => answer(...call));
  const surroundings = { database, tablesUrl: tables.url, awsUrl: await listen(server, 0) };
  const bundle = join(directory, 'job-audit-pii/index.mjs');
  [audit] = (await startJobEnvironments(1, bundle, 'audit-pii', surroundings)) as [JobEnvironment];
});
beforeEach(() => {
  invoked.length = 0;
});
afterAll(async () => {
  killJobEnvironments();
  server.closeAllConnections();
  server.close();
  await Promise.all([tables.stop(), database.drop()]);
  rmSync(directory, { recursive: true, force: true });
});

const runs = () => owner`select status, scheduled_at, skipped, result->'isDone' as done from job_runs order by id`;

it('of a run that had no time left follows at once, each as a run of its own, until all is done', async () => {
  expect(await audit.invoke({ scheduledTime: SUNDAY }, NO_TIME)).toMatchObject({ result: { isDone: false, rows: 0 } });
  const next = { name: 'analytics-job-audit-pii', payload: { scheduledTime: SUNDAY, continuation: 1 } };
  expect(invoked).toEqual([next]);

  expect(await audit.invoke(next.payload, NO_TIME)).toMatchObject({ result: { isDone: false } });
  expect(invoked.at(-1)).toEqual({ ...next, payload: { scheduledTime: SUNDAY, continuation: 2 } });
  expect(await audit.invoke(invoked.at(-1)!.payload)).toMatchObject({ result: { isDone: true } });
  // Lambda may deliver it twice
  expect(await audit.invoke(invoked.at(-1)!.payload)).toMatchObject({ result: { skipped: expect.any(String) } });
  expect(invoked).toHaveLength(2);
  expect(await runs()).toMatchObject([
    { status: 'succeeded', done: false, scheduled_at: new Date(SUNDAY) },
    { status: 'succeeded', done: false, scheduled_at: new Date(SUNDAY) },
    { status: 'succeeded', done: true, skipped: 1 },
  ]);
});

it('ends before Lambda takes it for a loop', async () => {
  const next = '2026-11-29T03:00:00Z';
  await audit.invoke({ scheduledTime: next }, NO_TIME);
  await audit.invoke({ scheduledTime: next, continuation: 11 }, NO_TIME);
  expect(invoked.at(-1)).toMatchObject({ payload: { continuation: 12 } });
  await audit.invoke(invoked.at(-1)!.payload, NO_TIME);
  expect(invoked).toHaveLength(2);
});

it('of a run that someone asked for has a time of its own', async () => {
  await audit.invoke({ canaries: ['a planted text'] }, NO_TIME);
  expect(invoked).toMatchObject([{ payload: { canaries: ['a planted text'], continuation: 1 } }]);
  expect(invoked[0]!.payload).toHaveProperty('scheduledTime');
});
