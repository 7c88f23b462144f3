import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { markWindows } from '#db/mark-windows.ts';
import type { Tables } from '../../local/start-tables.ts';
import { bundleFunctions } from '../../scripts/build.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';
import type { JobAnswer } from './job-child.ts';
import { startRecordsTable } from './records-table.ts';
import { type JobEnvironment, killJobEnvironments, startJobEnvironments } from './start-job-environments.ts';

const DAYS = 4;
const FROM = Date.UTC(2026, 10, 1);
const HOUR = 3_600_000;
const RANGE = { from: new Date(FROM).toISOString(), to: new Date(FROM + DAYS * 24 * HOUR).toISOString() };
/** As EventBridge Scheduler says it. */
const at = (minute: number) => `2026-11-20T01:0${minute}:00Z`;
const AT_ONCE = 10;

const directory = mkdtempSync(join(tmpdir(), 'analytics-jobs-'));
let database: TestDatabase;
let owner: Sql;
let tables: Tables;
let environments: readonly JobEnvironment[];

beforeAll(async () => {
  chmodSync(directory, 0o755);
  await bundleFunctions([{ name: 'job-aggregate', source: 'functions/jobs/aggregate.ts' }], directory);
  database = await createDatabase({ migrated: true });
  owner = database.connect();
  tables = await startRecordsTable();
  const orders = Array.from({ length: DAYS * 24 }, (_, hour) => {
    const data = { order_id: `o${hour}`, status: 'created', currency: 'EUR', items: [], total_amount: hour };
    return makeEvent('orders.order.status_changed', data, {
      time: new Date(FROM + hour * HOUR + 60_000).toISOString(),
    });
  });
  await makeIngestion(database.connect('analytics_ingest')).ingest(orders);
  environments = await start(AT_ONCE);
});
beforeEach(async () => {
  await owner`truncate job_runs, dirty_windows, hourly_metrics, daily_metrics, revenue_by_source`;
  await owner`update job_locks set held_until = null, holder = null, run_id = null`;
});
afterEach(async () => {
  await owner`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lock'`;
});
afterAll(async () => {
  killJobEnvironments();
  await Promise.all([tables.stop(), database.drop()]);
  rmSync(directory, { recursive: true, force: true });
});

const start = (count: number) =>
  startJobEnvironments(count, join(directory, 'job-aggregate/index.mjs'), 'aggregate', {
    ...{ database, tablesUrl: tables.url },
  });
const runs = () => owner`select status, error, skipped, result from job_runs order by id`;
const rollups = async () => [
  await owner`select * from hourly_metrics order by bucket`.values(),
  await owner`select * from daily_metrics order by bucket`.values(),
];
const isSkip = (answer: JobAnswer | 'died') =>
  answer !== 'died' && typeof (answer.result as { skipped?: unknown })?.skipped === 'string';

/** The rollups are whole, and what a recomputation of all hours makes of the same facts. */
async function expectWhole(): Promise<void> {
  const [hours, days] = await rollups();
  expect([hours!.length, days!.length]).toEqual([DAYS * 24, DAYS]);
  expect(await owner`select from dirty_windows`).toHaveLength(0);
  await markWindows(owner, RANGE.from, RANGE.to);
  await aggregateWindows(database.connect('analytics_jobs'), { zone: 'UTC', limit: 1_000 });
  expect(await rollups()).toEqual([hours, days]);
}

/** Keeps a run from ending: it waits amid its transaction, its hours taken. */
async function holdUp(table = 'daily_metrics'): Promise<() => Promise<void>> {
  const blocker = database.connect('postgres', { max: 1, connection: { application_name: 'lock' } });
  const held = await blocker.reserve();
  await held`begin`;
  await held`lock table ${held(table)} in access exclusive mode`;
  return async () => {
    await held`commit`;
    held.release();
    await blocker.end();
  };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let look = 0; !(await condition()); look++) {
    if (look > 400) throw new Error('did not come to pass');
    await sleep(25);
  }
}
const untilHeldUp = () =>
  until(
    async () =>
      (await owner`select from pg_locks where not granted and relation = 'daily_metrics'::regclass`).length > 0,
  );

it(`${AT_ONCE} triggers of the same time at once are one run`, async () => {
  const payload = { ...RANGE, scheduledTime: at(0) };
  const answers = await Promise.all(environments.map((environment) => environment.invoke(payload)));
  expect(answers.filter(isSkip)).toHaveLength(AT_ONCE - 1);
  expect(await runs()).toMatchObject([{ status: 'succeeded', skipped: AT_ONCE - 1, result: { marked: DAYS * 24 } }]);
  // and one that comes when all is done
  expect(isSkip(await environments[0]!.invoke(payload))).toBe(true);
  expect(await runs()).toMatchObject([{ skipped: AT_ONCE }]);
  await expectWhole();
});

it(`${AT_ONCE} triggers of different times, while the first runs, are one run`, async () => {
  await markWindows(owner, RANGE.from, RANGE.to);
  const letGo = await holdUp();
  const first = environments[0]!.invoke({ scheduledTime: at(0) });
  await untilHeldUp();
  const others = environments
    .slice(1)
    .map((environment, index) => environment.invoke({ scheduledTime: `2026-11-20T02:0${index}:00Z` }));
  expect((await Promise.all(others)).filter(isSkip)).toHaveLength(AT_ONCE - 1);
  await letGo();
  expect(await first).toMatchObject({ result: { hours: DAYS * 24, isDone: true } });
  expect(await runs()).toMatchObject([{ status: 'succeeded', skipped: AT_ONCE - 1 }]);
  await expectWhole();
});

it('runs of different ranges follow each other, and none is lost', async () => {
  const days = Array.from({ length: DAYS }, (_, day) => ({
    from: new Date(FROM + day * 24 * HOUR).toISOString(),
    to: new Date(FROM + (day + 1) * 24 * HOUR).toISOString(),
  }));
  const asked = days.flatMap((range, day) =>
    [environments[2 * day]!, environments[2 * day + 1]!].map((one) => one.invoke({ ...range, scheduledTime: at(1) })),
  );
  // someone asks for it beside the schedule, without a time: a run of its own
  const byCommand = environments[8]!.invoke({});
  const answers = await Promise.all(asked);
  expect(answers.filter(isSkip)).toHaveLength(DAYS);
  expect(await byCommand).toMatchObject({ result: { isDone: true } });
  expect(await runs()).toHaveLength(DAYS + 1);
  const overlaps = await owner`
    select from job_runs a join job_runs b on a.id < b.id and a.started_at < b.finished_at and b.started_at < a.finished_at`;
  expect(overlaps).toHaveLength(0);
  await expectWhole();
});

it('a run that is killed amid its work is run again by its retry, and marked', async () => {
  const [victim, successor] = await start(2);
  const payload = { ...RANGE, scheduledTime: at(2) };
  const letGo = await holdUp();
  const cut = victim!.invoke(payload, { requestId: 'the-same' });
  await untilHeldUp();
  victim!.kill();
  expect(await cut).toBe('died');
  const retry = successor!.invoke(payload, { requestId: 'the-same' });
  await letGo();
  expect(await retry).toMatchObject({ result: { isDone: true } });
  expect(await runs()).toMatchObject([{ status: 'failed', error: 'CutOff' }, { status: 'succeeded' }]);
  await expectWhole();
});

it('a run that is killed holds others up no longer than it had time', async () => {
  const [victim, other] = await start(2);
  await markWindows(owner, RANGE.from, RANGE.to);
  const letGo = await holdUp();
  const cut = victim!.invoke({ scheduledTime: at(3) }, { remainingMs: 33_000 });
  await untilHeldUp();
  victim!.kill();
  await cut;
  await letGo();
  expect(isSkip(await other!.invoke({ scheduledTime: at(4) }))).toBe(true);
  await owner`update job_locks set held_until = now() - interval '1 second'`; // half a minute later
  expect(await other!.invoke({ scheduledTime: at(5) })).toMatchObject({ result: { hours: DAYS * 24, isDone: true } });
  expect(await runs()).toMatchObject([{ status: 'failed', error: 'CutOff', skipped: 1 }, { status: 'succeeded' }]);
  await expectWhole();
});

it('a run that fails may be run again under its time', async () => {
  const payload = { ...RANGE, scheduledTime: at(6) };
  await owner`revoke insert on hourly_metrics from analytics_jobs`;
  try {
    expect(await environments[0]!.invoke(payload)).toEqual({ error: 'PostgresError' });
  } finally {
    await owner`grant insert on hourly_metrics to analytics_jobs`;
  }
  expect(await environments[1]!.invoke(payload)).toMatchObject({ result: { isDone: true } });
  expect(await runs()).toMatchObject([
    { status: 'failed', error: '42501' },
    { status: 'succeeded', skipped: 0 },
  ]);
  await expectWhole();
});

it('a run that is too slow is recorded as failed before its time ends, and gives the job up', async () => {
  await markWindows(owner, RANGE.from, RANGE.to);
  const letGo = await holdUp('hourly_metrics');
  const payload = { scheduledTime: at(7) };
  // 6 s are for the record and the margin
  expect(await environments[0]!.invoke(payload, { remainingMs: 6_500 })).toEqual({ error: 'DeadlineExceeded' });
  await letGo();
  expect(await runs()).toMatchObject([{ status: 'failed', error: 'DEADLINE_EXCEEDED' }]);
  expect(await environments[0]!.invoke(payload)).toMatchObject({ result: { isDone: true } });
  await expectWhole();
});
