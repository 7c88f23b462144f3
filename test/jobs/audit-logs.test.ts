import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { resourceVariables } from '#contract/variables.ts';
import { listen } from '../../local/listen.ts';
import { serveAwsCalls } from '../../local/services/serve-aws-calls.ts';
import type { Tables } from '../../local/start-tables.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { startRecordsTable } from './records-table.ts';
import { type StoredLogEvent, serveLogEvents } from './serve-log-events.ts';

const PAGE = 2;
const LAG = 300_000;
const INGEST = '/aws/lambda/analytics-ingest';
const QUERY = '/aws/lambda/analytics-query';
const GONE = 'shop/gone';
const STREAM = '2026/11/22/[$LATEST]0123456789abcdef0123456789abcdef';

const groups = new Map<string, readonly StoredLogEvent[]>();
let aws: Awaited<ReturnType<typeof serveLogEvents>>;
let tables: Tables;
/** Takes the continuations of runs that had no time; each run here is begun by its test. */
const lambda = serveAwsCalls({}, async () => ({ status: 202, body: '' }));
let db: TestDatabase;
let sql: Sql;

beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  sql = db.connect();
  aws = await serveLogEvents(groups, PAGE);
  tables = await startRecordsTable();
  const { databaseHost, databasePort, databaseName, databaseUser, databaseCaFile, idempotencyTable } =
    resourceVariables;
  const environment = {
    ...{ [databaseHost]: db.host, [databasePort]: String(db.port), [databaseName]: db.name },
    ...{ [databaseUser]: 'analytics_audit', [databaseCaFile]: db.caFile, [idempotencyTable]: 'records' },
    ...{ AWS_ENDPOINT_URL_DYNAMODB: tables.url, AWS_ENDPOINT_URL_LAMBDA: await listen(lambda, 0) },
    ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    ...{ AWS_ENDPOINT_URL: aws.url, POWERTOOLS_LOG_LEVEL: 'SILENT', POWERTOOLS_TRACE_ENABLED: 'false' },
    POWERTOOLS_DEV: 'true', // metrics through the console, which is silenced
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.spyOn(console, 'log').mockImplementation(() => {});
});
afterAll(async () => {
  aws.stop();
  lambda.closeAllConnections();
  lambda.close();
  await Promise.all([tables.stop(), db.drop()]);
});

beforeEach(async () => {
  groups.clear();
  aws.requests.length = 0;
  await sql`truncate pii_findings, job_runs`;
});
let discard = async () => {};
afterEach(() => discard());

interface Result {
  readonly rows: number;
  readonly found: number;
  readonly next: { readonly passStartedAt: string; readonly tables: object | null } | null;
  readonly logs?: { isRead: boolean; isDone: boolean; events: number; groups: Record<string, object> };
}

/** The job in an environment of its own, with the setting and the time it is given. */
async function start(setting: string) {
  vi.stubEnv('AUDIT_LOG_GROUPS', setting);
  vi.resetModules();
  const { handler } = await import('../../functions/jobs/audit-pii.ts');
  const { discardDatabase } = await import('#runtime/database.ts');
  discard = discardDatabase;
  return (payload: Readonly<Record<string, unknown>> = {}, getRemainingTimeInMillis = () => 900_000) =>
    handler(payload, {
      functionName: 'audit-pii',
      awsRequestId: randomUUID(),
      getRemainingTimeInMillis,
    } as never) as Promise<unknown> as Promise<Result>;
}

const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000;
const line = (minutes: number, message: string, logStreamName = STREAM): StoredLogEvent => ({
  ...{ logStreamName, timestamp: minutesAgo(minutes), message },
});
const quiet = (count: number, minutes: number) =>
  Array.from({ length: count }, (_, index) => line(minutes, `{"level":"INFO","message":"stored","rows":${index}}\n`));
const findings = () => sql`
  select table_name, column_name, path, detector, found::int, row_place from pii_findings order by 1, 2, 3, 4`;

it('asks CloudWatch nothing while no groups are set', async () => {
  const run = await start('');
  expect(await run()).toEqual({ rows: expect.any(Number), found: 0, isDone: true, next: null });
  expect(aws.requests).toEqual([]);
});

it('reads every page of a group once, and names group and stream, never the value', async () => {
  const event = line(30, 'ERROR {"level":"ERROR","error":{"data":{"email":"jane"}}}');
  groups.set(INGEST, [...quiet(5, 60), event, line(20, 'START RequestId: 1 from 203.0.113.77'), ...quiet(3, 10)]);
  groups.set(QUERY, []);
  const run = await start(`${INGEST}, ${QUERY}`);
  const result = await run();

  expect(result).toMatchObject({ found: 2, next: null, logs: { isRead: true, events: 10 } });
  const at = { table_name: INGEST, column_name: STREAM, found: 1 };
  const row_place = new Date(event.timestamp).toISOString();
  expect([...(await findings())]).toEqual([
    { ...at, path: '', detector: 'ip', row_place: expect.any(String) },
    { ...at, path: '*.data.email', detector: 'email', row_place },
  ]);
  expect(JSON.stringify([result, await findings()])).not.toMatch(/jane|203\.0/);
});

it('gives each token back with the range that it came for', async () => {
  groups.set(INGEST, quiet(5, 60));
  const run = await start(INGEST);
  await run();
  const ranges = aws.requests.map(({ logGroupName, startTime, endTime }) => [logGroupName, startTime, endTime]);
  const [{ started }] = await sql<[{ started: Date }]>`select started_at as started from job_runs`;
  expect(new Set(ranges.map(String)).size).toBe(1);
  expect(ranges[0]![1]).toBe(0);
  expect(Math.abs(Number(ranges[0]![2]) - (started.getTime() - LAG))).toBeLessThan(5_000);
  expect(aws.requests.map(({ nextToken }) => nextToken !== undefined)).toEqual([false, true, true, true]);
});

it('begins where the last finished pass ended, and leaves out what may still be on its way', async () => {
  groups.set(INGEST, quiet(3, 60));
  const run = await start(INGEST);
  const first = await run();
  groups.set(INGEST, [...quiet(3, 60), ...quiet(2, 1)]);
  aws.requests.length = 0;
  const second = await run();
  expect([first.logs?.events, second.logs?.events]).toEqual([3, 0]);
  const [before, after] = [first, second].map(({ logs }) => logs!.groups[INGEST] as { readUntil: string });
  expect(aws.requests.map(({ startTime }) => startTime)).toEqual([Date.parse(before!.readUntil)]);
  expect(aws.requests[0]!.endTime).toBe(Date.parse(after!.readUntil) - 1);
});

it('goes on where the time ended, in the same pass and without the tables', async () => {
  groups.set(INGEST, [...quiet(6, 60), line(30, 'to jane@mail.example')]);
  groups.set(QUERY, quiet(3, 60));
  const run = await start(`${INGEST},${QUERY}`);
  const whenAsked = (calls: number) => () => (aws.requests.length - before < calls ? 900_000 : 10_000);
  let before = 0;
  const results: Result[] = [await run({}, whenAsked(3))];
  while (results.at(-1)!.next !== null && results.length < 20) {
    before = aws.requests.length;
    results.push(await run({ resume: true }, whenAsked(3)));
  }
  expect(results.length).toBe(3);
  expect(results[0]!.next).toEqual({ passStartedAt: expect.any(String), tables: null });
  expect(results.slice(1).map(({ rows }) => rows)).toEqual([0, 0]);
  expect(results.reduce((sum, { logs }) => sum + logs!.events, 0)).toBe(10);
  expect(results.at(-1)).toMatchObject({ found: 1, logs: { isRead: true } });
  expect(await run({ resume: true })).toEqual({ rows: 0, found: 0, next: null });
});

it('a group that cannot be read costs neither the others nor the tables, and is read by the next pass', async () => {
  await sql`insert into fx_rates values ('2026-01-01', 'EUR', 'USD', 1, 'jane@mail.example')`;
  groups.set(QUERY, [line(60, 'to jane@mail.example')]);
  const run = await start(`${GONE},${QUERY}`);
  const first = await run();
  expect(first).toMatchObject({ found: 2, next: null, logs: { isRead: false, isDone: true, events: 1 } });
  expect(first.rows).toBeGreaterThan(0);
  expect(first.logs!.groups[GONE]).toEqual({ readUntil: null, token: null });
  groups.set(GONE, quiet(3, 90));
  expect(await run()).toMatchObject({ found: 1, logs: { isRead: true, events: 3 } });
  await sql`delete from fx_rates`;
});

it('begins a group again when its token was forgotten', async () => {
  groups.set(INGEST, quiet(6, 60));
  const run = await start(INGEST);
  let calls = 0;
  await run({}, () => (aws.requests.length > 1 ? 10_000 : 900_000 + calls++));
  aws.forgetTokens();
  expect(await run({ resume: true })).toMatchObject({ next: null, logs: { isRead: false, isDone: true } });
  expect(await run()).toMatchObject({ logs: { isRead: true, events: 6 } });
});

it('a canary is looked for in all that a group holds, in names of streams too, which are not told then', async () => {
  groups.set(INGEST, [...quiet(2, 500), line(400, '{"note":{"a":["id ZQ-planted-xk."]}}')]);
  const run = await start(INGEST);
  expect(await run()).toMatchObject({ found: 0, logs: { events: 3 } });
  groups.set(INGEST, [...groups.get(INGEST)!, line(300, 'nothing', 'zq-planted-xk')]);
  expect(await run({ canaries: ['zq-planted-xk'] })).toMatchObject({ found: 2, logs: { isRead: true, events: 4 } });
  expect((await findings()).map(({ column_name, path, detector }) => [column_name, path, detector])).toEqual([
    ['*', '', 'canary'],
    [STREAM, '*.*', 'canary'],
  ]);
});
