import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listMonths } from '#db/retain/list-months.ts';
import { type ExportObjects, exportObjects } from '#runtime/export-objects.ts';
import { retireMonth } from '../../functions/jobs/retire-month.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { askDuckDb, download, insertMonth, type Storage, startStorage } from './retained-months.ts';

/** Small files, so that a month has several. */
const limits = { hasTime: () => true, blocksPerRead: 2, fileBytes: 1_000 };
const EVENTS = 150;
let db: TestDatabase;
let owner: Sql;
let sql: Sql;
let storage: Storage;
let objects: ExportObjects;
let directory: string;

beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  owner = db.connect('postgres', { max: 4 });
  sql = db.connect('analytics_retain', { max: 1 });
  storage = await startStorage();
  objects = exportObjects(storage.client, storage.bucket);
  directory = mkdtempSync(join(tmpdir(), 'retained-'));
});
afterAll(async () => {
  await storage.stop();
  await db.drop();
  rmSync(directory, { recursive: true, force: true });
});

const known = async (month: string) => (await listMonths(sql)).find((each) => each.month === month);
const retire = async (month: string, by = { sql, objects }) => {
  const found = await known(month);
  return found ? await retireMonth(by.sql, by.objects, found, limits) : 'dropped';
};
const passDay = () =>
  owner`update retained_months set detached_at = detached_at - interval '1 day' where state = 'detached'`;
const retireWhole = async (month: string) => {
  expect(await retire(month)).toBe('waits a day');
  await passDay();
  expect(await retire(month)).toBe('dropped');
};
const idsIn = async (relation: string) =>
  (await owner.unsafe(`select event_id from ${relation} order by 1`)).map(({ event_id }) => event_id as string);
/** How often each event is in the files that a query over the bucket reads. */
const exportedIds = async (month: string) => {
  const local = mkdtempSync(join(directory, 'read-'));
  await download(storage, local);
  const rows = await askDuckDb(local, `select event_id from exported where month = '${month}' order by 1`);
  return rows.map(({ event_id }) => event_id as string);
};

describe('a month past retention', () => {
  it('is exported, read back, detached, and a day later dropped; DuckDB finds in the files what the table had', async () => {
    await insertMonth(owner, '2026-05', 5_000);
    await insertMonth(owner, '2026-06', 10);
    const [before] = await owner`
      select count(*)::int as events, sum(amount)::numeric(38, 4)::text as amount, sum(amount) filter (where customer_id is not null)::numeric(38,4)::text as of_customers,
        count(distinct customer_id)::int as customers, count(distinct session_id)::int as sessions, min(occurred_at)::text as first, max(occurred_at)::text as last
      from analytics_events where occurred_at < '2026-06-01'`;
    await owner`update analytics_events set amount = round(amount, 4)`;
    const [exact] =
      await owner`select sum(amount)::text as amount from analytics_events where occurred_at < '2026-06-01'`;

    expect(await retire('2026-05')).toBe('waits a day');
    expect((await idsIn('analytics_events')).length).toBe(10);
    expect((await idsIn('retired_events_2026_05_1')).length).toBe(5_000);
    expect(await retire('2026-05')).toBe('waits a day');
    await passDay();
    expect(await retire('2026-05')).toBe('dropped');
    expect((await owner`select to_regclass('retired_events_2026_05_1') as gone`)[0]).toEqual({ gone: null });

    const local = mkdtempSync(join(directory, 'sums-'));
    const keys = await download(storage, local);
    expect(keys.length).toBeGreaterThan(3);
    const [after] = await askDuckDb(
      local,
      `select count(*)::int as events, sum(amount)::varchar as amount, count(distinct customer_id)::int as customers,
        count(distinct session_id)::int as sessions, min(occurred_at)::varchar as first, max(occurred_at)::varchar as last
       from exported where month = '2026-05'`,
    );
    const { events, customers, sessions, first, last } = before!;
    expect(after).toEqual({ events, customers, sessions, first, last, amount: exact!.amount });
    const [lines] = await askDuckDb(local, `select string_agg(to_json(exported)::varchar, '') as text from exported`);
    expect(lines!.text).not.toMatch(/customer-\d|aaaaaaaa/);
    expect(lines!.text).toMatch(/order-77/);
    expect(await owner`select surrogate_key from retained_months`).toEqual([{ surrogate_key: null }]);
  });

  it('goes on in the next run where one had no time left, and loses nothing', async () => {
    await insertMonth(owner, '2025-09', EVENTS);
    const ids = await idsIn('analytics_events_2025_09');
    const stops = [];
    while (stops.at(-1) !== 'waits a day' && stops.length < 100) {
      let checks = 3;
      const briefly = { ...limits, hasTime: () => checks-- > 0 };
      stops.push(await retireMonth(sql, objects, (await known('2025-09'))!, briefly));
    }
    expect(stops.length).toBeGreaterThan(2);
    expect(new Set(stops.slice(0, -1))).toEqual(new Set(['no time']));
    expect(await exportedIds('2025-09')).toEqual(ids);
    await passDay();
    expect(await retire('2025-09')).toBe('dropped');
  });

  it('stays while an hour of it is not rolled up or a replay of its range runs', async () => {
    await insertMonth(owner, '2026-04', 10);
    await owner`insert into dirty_windows (hour) values ('2026-04-30T23:00:00Z')`;
    expect(await retire('2026-04')).toBe('dirty');
    await owner`truncate dirty_windows`;
    await owner`insert into replays (name, from_at, to_at, types, known_before) values ('r', '2026-04-30', '2026-05-02', '{}', 0)`;
    expect(await retire('2026-04')).toBe('replayed');
    await owner`update replays set status = 'succeeded', finished_at = now()`;
    await retireWhole('2026-04');
  });

  it('is not detached when it is dirty or replayed only after it was exported', async () => {
    await insertMonth(owner, '2026-03', 10);
    const whenVerified = (event: () => Promise<unknown>) => ({
      sql,
      objects: { ...objects, list: (prefix: string) => event().then(() => objects.list(prefix)) },
    });
    expect(
      await retire(
        '2026-03',
        whenVerified(() => owner`insert into dirty_windows (hour) values ('2026-03-01')`),
      ),
    ).toBe('dirty');
    await owner`truncate dirty_windows`;
    await owner`update replays set status = 'running', finished_at = null, from_at = '2026-03-31', to_at = '2026-04-01'`;
    expect(await retire('2026-03')).toBe('replayed');
    expect((await idsIn('analytics_events_2026_03')).length).toBe(10);
    await owner`update replays set status = 'failed', finished_at = now()`;
    await retireWhole('2026-03');
  });

  it('is exported again when an event came or was changed meanwhile, and the files of the first attempt go', async () => {
    await insertMonth(owner, '2026-02', EVENTS);
    let changes = 0;
    const late = {
      ...objects,
      list: async (prefix: string) => {
        if (++changes === 1) await insertMonth(owner, '2026-02', 1, 'late-');
        if (changes === 2) await owner`update analytics_events set customer_id = null where event_id = '2026-02-3'`;
        return await objects.list(prefix);
      },
    };
    expect(await retire('2026-02', { sql, objects: late })).toBe('waits a day');
    expect((await owner`select attempt from retained_months where month = '2026-02-01'`)[0]).toEqual({ attempt: 3 });
    await passDay();
    expect(await retire('2026-02')).toBe('dropped');
    const ids = await exportedIds('2026-02');
    expect(ids.length).toBe(EVENTS + 1);
    expect(new Set(ids).size).toBe(EVENTS + 1);
  });

  it('keeps the first files when it comes again after it was dropped, and adds the new', async () => {
    await insertMonth(owner, '2026-01', EVENTS);
    await retireWhole('2026-01');
    await insertMonth(owner, '2026-01', EVENTS, 'again-');
    await retireWhole('2026-01');
    const ids = await exportedIds('2026-01');
    expect([ids.length, new Set(ids).size]).toEqual([2 * EVENTS, 2 * EVENTS]);
  });

  it('is exported again when a file does not read back as it was written', async () => {
    await insertMonth(owner, '2025-12', EVENTS);
    let damaged = 0;
    const lossy: ExportObjects = {
      ...objects,
      put: async (key, body, sha256) => {
        const Body = damaged++ === 0 ? 'something else' : body;
        await (Body === body
          ? objects.put(key, body, sha256)
          : storage.client.send(new PutObjectCommand({ Bucket: storage.bucket, Key: key, Body })));
      },
    };
    expect(await retire('2025-12', { sql, objects: lossy })).toBe('waits a day');
    expect((await owner`select attempt from retained_months where month = '2025-12-01'`)[0]).toEqual({ attempt: 2 });
    expect(new Set(await exportedIds('2025-12')).size).toBe(EVENTS);
  });

  it('is not dropped when a file is gone by then', async () => {
    const [gone] = await objects.list('analytics_events/month=2025-12/');
    await objects.remove([gone!.key]);
    await passDay();
    await expect(retire('2025-12')).rejects.toThrow('expected all in the export bucket');
    expect((await idsIn('retired_events_2025_12_2')).length).toBe(EVENTS);
  });
});

it('may not take out a month that is not past, nor drop, nor delete a row itself', async () => {
  await insertMonth(owner, '2099-01', 1);
  await owner`insert into retained_months (month, state, rows) values ('2099-01-01', 'verified', 1)`;
  await expect(sql`select detach_event_month('2099-01-01', 1)`).rejects.toThrow('month is not past');
  await expect(sql`select drop_event_month('2099-01-01', 1)`).rejects.toThrow('not detached');
  await expect(sql`drop table analytics_events_2099_01`).rejects.toMatchObject({ code: '42501' });
  await expect(sql`delete from analytics_events`).rejects.toMatchObject({ code: '42501' });
  await expect(db.connect('analytics_jobs')`select detach_event_month('2099-01-01', 1)`).rejects.toMatchObject({
    code: '42501',
  });
});
