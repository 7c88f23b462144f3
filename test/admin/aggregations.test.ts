import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobs } from '#contract/jobs.ts';
import { runCli } from '../commands/run-cli.ts';
import { makeEvent } from '../setup/events.ts';
import { startTestSystem, type TestSystem } from '../setup/system.ts';
import { callAdmin } from './call-admin.ts';

const TYPE = 'orders.order.status_changed';
const HOUR = 3_600_000;
const start = Math.floor(Date.now() / HOUR) * HOUR - 48 * HOUR;
const instant = (hour: number) => new Date(start + hour * HOUR).toISOString();
const RANGE = { from: instant(0), to: instant(3) };
let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem();
  writeFileSync(join(system.dataDir, 'outputs.json'), JSON.stringify(system.outputs));
  const orders = [0, 1, 2, 3].map((hour) =>
    makeEvent(
      TYPE,
      { order_id: `o${hour}`, status: 'created', currency: 'EUR', items: [], total_amount: 10 },
      { time: instant(hour + 0.5) },
    ),
  );
  await system.send(
    TYPE,
    orders.map((order) => JSON.stringify(order)),
  );
  await system.drain();
  await system.runJob('aggregate');
});
afterAll(() => system?.stop());

const cli = (command: string, ...words: string[]) => runCli(command, [...words, '--data-dir', system.dataDir]);
/** A rollup that went wrong; the facts are right. */
const spoil = () => system.sql`update hourly_metrics set gross = 999 where bucket = ${instant(1)}`;
const sums = (gross: string) => [{ currency: 'EUR', placed: 3, gross }];

it('marks a range once per key, tells what is pending, and what it changed', async () => {
  await spoil();
  const dry = await callAdmin(system, 'POST /aggregations?dryRun=true', { body: RANGE });
  expect(dry.body.data).toMatchObject({ id: null, hours: 3, marked: 0 });
  const asked = { body: { from: instant(0.4), to: instant(2.6) }, key: 'one' };
  const first = await callAdmin(system, 'POST /aggregations', asked);
  expect(first).toMatchObject({ status: 200, body: { data: { hours: 3, marked: 3 }, meta: { dryRun: false } } });
  expect((await callAdmin(system, 'POST /aggregations', asked)).body.data).toEqual(first.body.data);
  expect(await system.sql`select from aggregations`).toHaveLength(1);

  const { id } = first.body.data;
  // the run of the minute may come between
  const before = (await callAdmin(system, `GET /aggregations/${id}`)).body.data;
  expect(before).toMatchObject({ ...{ hours: 3 }, before: sums('1019') });
  if (before.status === 'pending') expect(before).toMatchObject({ pending: 3, after: null });
  await system.runJob('aggregate');
  // a late event is none of its marks
  await system.sql`insert into dirty_windows (hour) values (${instant(1)})`;
  const done = (await callAdmin(system, `GET /aggregations/${id}`)).body.data;
  expect(done).toMatchObject({ status: 'done', pending: 0, before: sums('1019'), after: sums('30') });
  expect(
    await system.sql`select parameters, counts from admin_audit where outcome = 'succeeded' and route = 'POST /admin/v1/aggregations' and not dry_run`,
  ).toMatchObject([{ parameters: { from: RANGE.from.replace('.000', ''), hours: 3 }, counts: { marked: 3 } }]);
});

it.each([
  [{ from: instant(0) }, 'to'],
  [{ from: instant(1), to: instant(0) }, 'to'],
  [{ from: '2001-01-01', to: '2026-01-01' }, 'to'],
  [{ from: 'yesterday', to: instant(0) }, 'from'],
  [{ ...RANGE, day: 'yesterday' }, 'day'],
])('refuses %j by its member', async (body, parameter) => {
  expect(await callAdmin(system, 'POST /aggregations', { body })).toMatchObject({ status: 400, body: { parameter } });
});

it('says when there is no such aggregation', async () => {
  expect((await callAdmin(system, 'GET /aggregations/999')).status).toBe(404);
});

it('goes by command too', async () => {
  await spoil();
  const range = ['--from', RANGE.from, '--to', RANGE.to];
  expect((await cli('admin', 'aggregations', 'start', ...range, '--dry-run')).out).toMatch(
    /^would recompute 3 hours from /,
  );
  const { out } = await cli('admin', 'aggregations', 'start', ...range);
  const [, id = ''] = /^aggregation (\d+) recomputes 3 hours /.exec(out) ?? [];
  await system.runJob('aggregate');
  const shown = await cli('admin', 'aggregations', 'show', id);
  expect(shown.out).toMatch(/: done, 3 of 3 hours recomputed\n/);
  expect(shown.out).toMatch(/\nbefore +EUR +3 +1019 .*\nafter +EUR +3 +30 /);
  expect((await cli('admin', 'aggregations', 'start', '--from', RANGE.from)).err).toMatch(/^admin: to: expected/);
});

it.each(jobs.map(({ name }) => name))('npm run job -- %s runs it and records the run', async (name) => {
  const { code, out } = await cli('job', name);
  expect({ code, result: typeof JSON.parse(out) }).toEqual({ code: 0, result: 'object' });
  if (name === 'migrate') return; // before there is a table of runs
  const [run] = await system.sql`select status, finished_at from job_runs where job = ${name} order by id desc limit 1`;
  expect(run).toMatchObject({ status: 'succeeded', finished_at: expect.any(Date) });
});
