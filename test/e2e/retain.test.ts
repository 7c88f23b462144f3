import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askDuckDb, download, insertMonth } from '../jobs/retained-months.ts';
import { localClient, startTestSystem, type TestSystem } from '../setup/system.ts';

let system: TestSystem;
let directory: string;
beforeAll(async () => {
  system = await startTestSystem();
  directory = mkdtempSync(join(tmpdir(), 'retained-'));
});
afterAll(async () => {
  await system.stop();
  rmSync(directory, { recursive: true, force: true });
});

const months = async () =>
  (
    await system.sql`select right(inhrelid::regclass::text, 7) as month from pg_inherits where inhparent = 'analytics_events'::regclass order by 1`
  ).map(({ month }) => String(month).replace('_', '-'));
const monthsFromNow = (ahead: number) => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1)).toISOString().slice(0, 7);
};

it('retires what is past by the clock, makes what comes, and an event dated in the future moves nothing', async () => {
  const [old, recent, future] = [monthsFromNow(-6), monthsFromNow(-2), '2099-01'];
  await insertMonth(system.sql, old, 3_000);
  await insertMonth(system.sql, recent, 5);
  await insertMonth(system.sql, future, 1);
  await system.sql`update analytics_events set amount = round(amount, 4)`;
  await system.sql`truncate dirty_windows`;
  const [before] =
    await system.sql`select sum(amount)::text as amount from analytics_events where occurred_at < ${`${recent}-01`}::text::timestamptz`;

  expect(await system.runJob('retain')).toMatchObject({ months: { [old]: 'waits a day' }, overdue: 0, isDone: true });
  await system.sql`update retained_months set detached_at = detached_at - interval '1 day'`;
  // A run whose clock is ahead counts from now
  const ahead = { scheduledTime: '2098-12-01T04:00:00Z' };
  expect(await system.runJob('retain', ahead)).toMatchObject({ months: { [old]: 'dropped' } });
  expect(await months()).toEqual([recent, ...[0, 1, 2, 3].map(monthsFromNow), future]);

  const { exportBucket: bucket, endpoints } = system.outputs;
  const client = new S3Client({ ...localClient, endpoint: endpoints.s3 });
  await download({ client, bucket }, directory);
  client.destroy();
  const [after] = await askDuckDb(
    directory,
    'select count(*)::int as events, sum(amount)::varchar as amount from exported',
  );
  expect(after).toEqual({ events: 3_000, amount: before!.amount });
});
