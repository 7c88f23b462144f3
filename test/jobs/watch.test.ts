import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ensureEventPartitions } from '#db/ensure-event-partitions.ts';
import type { Tables } from '../../local/start-tables.ts';
import { bundleFunctions } from '../../scripts/build.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { startRecordsTable } from './records-table.ts';
import { type JobEnvironment, killJobEnvironments, startJobEnvironments } from './start-job-environments.ts';

const NOW = '2026-11-20T03:00:00Z';
const directory = mkdtempSync(join(tmpdir(), 'analytics-jobs-'));
let database: TestDatabase;
let owner: Sql;
let tables: Tables;
let aggregate: JobEnvironment;
let watch: JobEnvironment;

beforeAll(async () => {
  chmodSync(directory, 0o755);
  const names = ['aggregate', 'watch'];
  await bundleFunctions(
    names.map((name) => ({ name: `job-${name}`, source: `functions/jobs/${name}.ts` })),
    directory,
  );
  database = await createDatabase({ migrated: true });
  owner = database.connect();
  tables = await startRecordsTable();
  const start = async (job: string) =>
    (
      await startJobEnvironments(1, join(directory, `job-${job}/index.mjs`), job, { database, tablesUrl: tables.url })
    )[0]!;
  [aggregate, watch] = [await start('aggregate'), await start('watch')];
});
afterAll(async () => {
  killJobEnvironments();
  await Promise.all([tables.stop(), database.drop()]);
  rmSync(directory, { recursive: true, force: true });
});

/** A night on which all is as it should be. */
beforeEach(async () => {
  await owner`truncate job_runs, dirty_windows, dead_letter_queue, analytics_events`;
  await ensureEventPartitions(owner, ['2026-10-15T00:00:00Z', '2026-11-15T00:00:00Z', '2026-12-15T00:00:00Z']);
  await run('aggregate', '2026-11-18T01:00:00Z', { isDone: true });
  const range = { from: '2026-11-19T00:00:00Z', to: '2026-11-20T00:00:00Z' };
  await run('aggregate', '2026-11-20T01:00:00Z', { isDone: true, range });
  await run('aggregate', '2026-11-20T02:59:00Z', { isDone: true });
  await run('valve', '2026-11-20T02:59:00Z', { phase: 'flowing', minutes: 0 });
});

const run = (job: string, startedAt: string, result: object, status = 'succeeded') => owner`
  insert into job_runs (job, started_at, finished_at, status, result)
  values (${job}, ${startedAt}, ${startedAt}, ${status}, ${owner.json(result as never)})`;
const events = (type: string, day: string, count: number) => owner`
  insert into analytics_events (event_source, event_id, event_type, schema_version, occurred_at, data)
  select ${type}, ${day} || n, ${type}, 'v1', ${day}::timestamptz + n * interval '1 minute', '{}'
  from generate_series(1, ${count}::int) as n`;

async function findings(now = NOW): Promise<unknown> {
  const answer = await watch.invoke({ now });
  if (answer === 'died') throw new Error('died');
  expect(answer.error).toBeUndefined();
  return (answer.result as { findings: unknown }).findings;
}

it('finds nothing on a night on which all is as it should be', async () => {
  expect(await findings()).toEqual([]);
});

it('finds a daily aggregation that did not run, until one has recomputed the day', async () => {
  await owner`delete from job_runs where result ? 'range'`;
  expect(await findings()).toEqual([{ kind: 'daily-aggregation-missing', runs: 0, stuckHours: 0 }]);
  // one of another day, one that failed, one of a part of the day
  await run('aggregate', '2026-11-20T01:10:00Z', {
    range: { from: '2026-11-18T00:00:00Z', to: '2026-11-19T00:00:00Z' },
  });
  await run(
    'aggregate',
    '2026-11-20T01:11:00Z',
    { range: { from: '2026-11-19T00:00:00Z', to: '2026-11-20T00:00:00Z' } },
    'failed',
  );
  await run('aggregate', '2026-11-20T01:12:00Z', {
    range: { from: '2026-11-19T01:00:00Z', to: '2026-11-20T00:00:00Z' },
  });
  expect(await findings()).toMatchObject([{ kind: 'daily-aggregation-missing' }]);

  // as the runbook has it done, and as the schedule does it
  await aggregate.invoke({ day: 'yesterday', scheduledTime: '2026-11-20T01:00:00Z' });
  await owner`update job_runs set started_at = '2026-11-20T02:00:00Z' where started_at > '2026-11-21'`;
  expect(await findings()).toEqual([]);
});

it('finds hours of yesterday that stay dirty, and not those that became so just now', async () => {
  await owner`insert into dirty_windows (hour) values ('2026-11-19T05:00:00Z'), ('2026-11-20T01:00:00Z')`;
  expect(await findings()).toEqual([]);
  await owner`update job_runs set result = '{"isDone": false}' where started_at = '2026-11-20T02:59:00Z' and job = 'aggregate'`;
  expect(await findings()).toEqual([{ kind: 'daily-aggregation-missing', runs: 1, stuckHours: 1 }]);
});

it('finds a coming month without a partition', async () => {
  await owner`drop table analytics_events_2026_12`;
  expect(await findings()).toEqual([{ kind: 'partitions-missing', months: ['2026-12'] }]);
});

it('finds a type that has always had events and has none, not one that a shop lacks', async () => {
  for (const day of ['2026-11-12', '2026-11-05', '2026-10-29', '2026-10-22']) {
    await events('analytics.page_view', `${day}T05:00:00Z`, 40);
    await events('payments.payment.confirmed', `${day}T05:00:00Z`, 40);
    await events('marketing.spend.recorded', `${day}T05:00:00Z`, 2);
  }
  await events('analytics.page_view', '2026-11-19T05:00:00Z', 1);
  expect(await findings()).toEqual([{ kind: 'type-silent', types: ['payments.payment.confirmed'] }]);
  // the day after is another weekday, on which none of them ever had any
  expect(await findings('2026-11-21T03:00:00Z')).not.toContainEqual(expect.objectContaining({ kind: 'type-silent' }));
});

it('finds a valve that is closed, or that nobody looks after', async () => {
  await run('valve', '2026-11-20T02:59:30Z', { phase: 'paused', minutes: 40 });
  expect(await findings()).toEqual([{ kind: 'valve-closed-too-long', minutes: 40 }]);
  await owner`delete from job_runs where job = 'valve'`;
  expect(await findings()).toEqual([{ kind: 'valve-closed-too-long', minutes: 'unknown' }]);
});

it('finds dead letters and a ledger that grow, by what it saw before', async () => {
  const bytes = (await owner`select pg_total_relation_size('processed_events')::float8 as bytes`)[0]!.bytes;
  for (let day = 10; day < 19; day++) {
    const look = { at: `2026-11-${day}T03:00:00Z`, ledgerBytes: bytes - 900 * 2 ** 20, openLetters: 5 };
    await run('watch', `2026-11-${day}T03:00:00Z`, { findings: [], look });
  }
  await owner`
    insert into dead_letter_queue (deduplication_key, reason, pointer, keyword, queue, received_at, masked_view, original, data_key)
    select n::text, 'malformed', '', '', 'q', now(), '{}', '', '' from generate_series(1, 106) as n`;
  // seen two days later, the growth of the ledger counts half, which is enough too
  expect(await findings()).toMatchObject([
    { kind: 'ledger-growing', bytes },
    { kind: 'dead-letters-growing', open: 106 },
  ]);
});

it('names what is wrong with its clock', async () => {
  expect(await watch.invoke({ now: 'jane@example.com' })).toEqual({ error: 'AnalyticsError' });
});
