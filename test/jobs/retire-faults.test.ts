import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureEventPartitions } from '#db/ensure-event-partitions.ts';
import { listMonths } from '#db/retain/list-months.ts';
import { type ExportObjects, exportObjects } from '#runtime/export-objects.ts';
import { retireMonth } from '../../functions/jobs/retire-month.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { askDuckDb, download, insertMonth, type Storage, startStorage } from './retained-months.ts';

const limits = { hasTime: () => true, blocksPerRead: 2, fileBytes: 500 };
const EVENTS = 40;
let db: TestDatabase;
let owner: Sql;
let sql: Sql;
let storage: Storage;
let directory: string;

beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  owner = db.connect('postgres', { max: 4 });
  sql = db.connect('analytics_retain', { max: 2 });
  storage = await startStorage();
  directory = mkdtempSync(join(tmpdir(), 'retained-'));
});
afterAll(async () => {
  await storage.stop();
  await db.drop();
  rmSync(directory, { recursive: true, force: true });
});

class Killed extends Error {}

/**
 * A client and a bucket that fail at one operation, counted over both: before it, or after it took effect, which is what a
 * process sees that is killed there. Statements within a transaction count each; failing in one rolls it back.
 */
function failingAt(operation: number, when: 'before' | 'after', onOperation = async (_count: number) => {}) {
  let count = 0;
  const counted = async <Value>(run: () => PromiseLike<Value> | Value): Promise<Value> => {
    const isIt = ++count === operation;
    await onOperation(count);
    if (isIt && when === 'before') throw new Killed();
    const value = await run();
    if (isIt) throw new Killed();
    return value;
  };
  const wrap = (client: Sql): Sql =>
    new Proxy(client, {
      apply: (target, self, args) => counted(() => Reflect.apply(target as never, self, args) as Promise<unknown>),
      get: (target, name) =>
        name === 'begin'
          ? (body: (tx: Sql) => Promise<unknown>) => counted(() => target.begin((tx) => body(wrap(tx as never))))
          : Reflect.get(target, name),
    });
  const real = exportObjects(storage.client, storage.bucket);
  const objects: ExportObjects = {
    put: (...args) => counted(() => real.put(...args)),
    readBack: (...args) => counted(() => real.readBack(...args)),
    list: (...args) => counted(() => real.list(...args)),
    remove: (...args) => counted(() => real.remove(...args)),
  };
  return { sql: wrap(sql), objects, operations: () => count };
}

async function run(month: string, by: { sql: Sql; objects: ExportObjects }): Promise<string> {
  const known = (await listMonths(sql)).find((each) => each.month === month);
  return known ? await retireMonth(by.sql, by.objects, known, limits) : 'dropped';
}

/** As the daily runs of some days: until the month is gone. */
async function runUntilDropped(month: string, first = failingAt(0, 'before')): Promise<number> {
  let killed = 0;
  let by = first;
  for (let day = 0; day < 10; day++) {
    try {
      if ((await run(month, by)) === 'dropped') return killed;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      killed++;
      by = failingAt(0, 'before');
    }
    await owner`update retained_months set detached_at = now() - interval '1 day' where state = 'detached'`;
  }
  throw new Error(`${month} was not dropped in 10 runs`);
}

async function exportedIds(months: readonly string[]): Promise<Map<string, string[]>> {
  const local = mkdtempSync(join(directory, 'read-'));
  await download(storage, local);
  const rows = (await askDuckDb(local, 'select month, event_id from exported order by event_id')) as {
    month: string;
    event_id: string;
  }[];
  const ids = Map.groupBy(rows, ({ month }) => month);
  return new Map(months.map((month) => [month, (ids.get(month) ?? []).map(({ event_id }) => event_id)]));
}

/** The months before 2026, one for each trial. */
const monthBefore = (trial: number) => new Date(Date.UTC(2026, -trial, 1)).toISOString().slice(0, 7);

it('loses and doubles nothing, killed before or after any operation while events come late', async () => {
  const trials: { readonly month: string; late: number }[] = [];
  let total = Number.POSITIVE_INFINITY;
  for (let operation = 1; operation <= total; operation++) {
    for (const when of ['before', 'after'] as const) {
      const trial = { month: monthBefore(trials.length + 1), late: 0 };
      trials.push(trial);
      await insertMonth(owner, trial.month, EVENTS);
      // An event comes at the operation at which the run is killed, and one right before the month is detached or later
      const faulty = failingAt(operation, when, async (count) => {
        if (count !== operation && count !== operation - 1) return;
        await insertMonth(owner, trial.month, 1, `late-${++trial.late}-`);
      });
      await runUntilDropped(trial.month, faulty);
      total = Math.min(total, operation > faulty.operations() ? operation : Number.POSITIVE_INFINITY);
    }
  }
  const left = await owner<{ event_id: string }[]>`select event_id from analytics_events`;
  const exported = await exportedIds(trials.map(({ month }) => month));
  let wrong = 0;
  for (const { month, late } of trials) {
    const ids = [
      ...exported.get(month)!,
      ...left.map(({ event_id }) => event_id).filter((id) => id.includes(`${month}-`)),
    ];
    if (ids.length !== EVENTS + late || new Set(ids).size !== ids.length) wrong++;
  }
  const lateEvents = trials.reduce((sum, { late }) => sum + late, 0);
  console.info(`${trials.length} runs killed at ${total - 1} operations, ${lateEvents} late events: ${wrong} wrong`);
  expect(total).toBeGreaterThan(20);
  expect(lateEvents).toBeGreaterThan(total);
  expect(wrong).toBe(0);
  expect(await owner`select from pg_class where relname like 'retired_events_%' and relkind = 'r'`).toHaveLength(0);
}, 60_000);

it('loses and doubles nothing while others insert into the month and change it all the time', async () => {
  const month = '2026-08';
  await insertMonth(owner, month, 500);
  let inserted = 0;
  let isOver = false;
  const insertAll = async (worker: number) => {
    const ingest = db.connect('analytics_ingest', { max: 1 });
    for (let n = 0; !isOver; n++) {
      const at = `${month}-15T00:00:00Z`;
      try {
        await ensureEventPartitions(ingest, [at]);
        await ingest`
          insert into analytics_events (event_source, event_id, event_type, schema_version, occurred_at, data)
          values ('/shop', ${`${worker}-${n}`}, 'analytics.page_view', 'v1', ${at}::text::timestamptz, '{}')`;
        inserted++;
        // Pauses in which a month stands still for as long as its export takes, and others in which it does not
        await setTimeout(Math.random() * 200);
      } catch (error) {
        // The month was detached between the two statements: ingestion makes it again
        if ((error as { code?: string }).code !== '23514') throw error;
      }
    }
  };
  const workers = [1, 2].map(insertAll);
  const outcomes: string[] = [];
  while (inserted < 60) {
    outcomes.push(await run(month, failingAt(0, 'before')));
    await setTimeout(20);
    await owner`update retained_months set detached_at = now() - interval '1 day' where state = 'detached'`;
  }
  isOver = true;
  await Promise.all(workers);
  await runUntilDropped(month);
  const left =
    await owner`select event_id from analytics_events where occurred_at >= '2026-08-01' and occurred_at < '2026-09-01'`;
  const ids = [...(await exportedIds([month])).get(month)!, ...left.map(({ event_id }) => event_id as string)];
  console.info(
    `${inserted} events inserted during ${outcomes.length} runs, which ended as ${[...new Set(outcomes)].join(', ')}`,
  );
  expect(outcomes).toContain('dropped');
  expect(ids.length).toBe(500 + inserted);
  expect(new Set(ids).size).toBe(ids.length);
}, 60_000);

it('holds inserts up for less than a second while a reader keeps it from detaching', async () => {
  await insertMonth(owner, '2026-07', 100);
  await insertMonth(owner, '2026-06', 100);
  const reader = owner.begin(async (tx) => {
    await tx`select count(*) from analytics_events`;
    await setTimeout(2_500);
  });
  let isOver = false;
  let longest = 0;
  const ingest = db.connect('analytics_ingest', { max: 1 });
  const inserting = (async () => {
    for (let n = 0; !isOver; n++) {
      const begun = performance.now();
      await ingest`
        insert into analytics_events (event_source, event_id, event_type, schema_version, occurred_at, data)
        values ('/shop', ${`beside-${n}`}, 'analytics.page_view', 'v1', '2026-06-15', '{}')`;
      longest = Math.max(longest, performance.now() - begun);
      await setTimeout(5);
    }
  })();
  const begun = performance.now();
  expect(await run('2026-07', failingAt(0, 'before'))).toBe('waits a day');
  const waited = performance.now() - begun;
  isOver = true;
  await Promise.all([reader, inserting]);
  console.info(`detached after ${Math.round(waited)} ms; the longest insert beside it took ${Math.round(longest)} ms`);
  expect(waited).toBeGreaterThan(1_500);
  expect(longest).toBeLessThan(1_000);
}, 30_000);
