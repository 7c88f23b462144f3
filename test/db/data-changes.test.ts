import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compactDataChanges } from '#db/compact-data-changes.ts';
import { readDataVersion } from '#db/query/read-data-version.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

let database: TestDatabase;
let owner: Sql;
let query: Sql;
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
  owner = database.connect();
  query = database.connect('analytics_query');
});
afterAll(() => database.drop());

describe('the version of what answers are made from', () => {
  test('moves with each table that the query API may read, whatever is done to it', async () => {
    const tables = await owner<{ name: string }[]>`
      select relname as name from pg_class c
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'm') and not relispartition
        and has_any_column_privilege('analytics_query', c.oid, 'select') and relname <> 'data_changes'`;
    expect(tables.length).toBeGreaterThan(20);
    const counted = await owner<{ name: string; events: string[] }[]>`
      select tgrelid::regclass::text as name, array_agg(distinct event order by event) as events
      from pg_trigger
      join pg_proc on pg_proc.oid = tgfoid
      cross join lateral (values (4, 'insert'), (8, 'delete'), (16, 'update'), (32, 'truncate')) as bits (bit, event)
      where proname in ('note_change', 'note_change_of_rows') and tgtype & bit <> 0 and tgtype & 1 = 0 and tgenabled = 'O'
      group by tgrelid`;
    const all = ['delete', 'insert', 'truncate', 'update'];
    const events = new Map(counted.map((row) => [row.name, row.events]));
    for (const { name } of tables) expect({ name, events: events.get(name) }).toEqual({ name, events: all });
  });

  test('moves by inserting, updating, deleting and truncating rows, and not by a statement without effect', async () => {
    const rate = { day: '2026-01-01', from_currency: 'EUR', to_currency: 'USD', rate: 1.1, source: 'test' };
    const steps = [
      [() => owner`insert into fx_rates ${owner(rate)}`, true],
      [() => owner`insert into fx_rates ${owner(rate)} on conflict do nothing`, false],
      [() => owner`update fx_rates set rate = 1.2 where rate < 0`, false],
      [() => owner`update fx_rates set rate = 1.2`, true],
      [() => owner`delete from fx_rates where rate < 0`, false],
      [() => owner`delete from fx_rates`, true],
      [() => owner`truncate fx_rates`, true],
    ] as const;
    const version = () => readDataVersion(query, ['fx_rates']);
    for (const [step, moves] of steps) {
      const before = await version();
      await step();
      expect((await version()) !== before, step.toString()).toBe(moves);
    }
  });

  test('moves with the last reconciliation, and not with the runs of other jobs', async () => {
    const version = () => readDataVersion(query, ['job_runs']);
    const before = await version();
    await owner`insert into job_runs (job, status) values ('valve', 'succeeded')`;
    await owner`insert into job_runs (job) values ('reconcile')`;
    expect(await version()).toBe(before);
    await owner`update job_runs set status = 'succeeded' where job = 'reconcile'`;
    expect(await version()).not.toBe(before);
  });

  test('is not seen before its change: two writers at once each count, and neither waits for the other', async () => {
    const version = () => readDataVersion(query, ['customers']);
    const before = await version();
    const seen: string[] = [];
    await owner.begin(async (one) => {
      await one`insert into customers (customer_id) values ('one')`;
      await database.connect()`insert into customers (customer_id) values ('two')`;
      seen.push(await version());
    });
    seen.push(await version());
    expect(new Set([before, ...seen]).size).toBe(3);
  });

  test('stays the same while its rows are added up, also by two at once with writers between', async () => {
    const sum = async () => Number((await owner`select sum(changes)::int as sum from data_changes`)[0]?.sum);
    const before = await sum();
    const jobs = database.connect('analytics_jobs');
    await Promise.all([
      ...Array.from(
        { length: 20 },
        (_, round) => owner`
        insert into data_changes (relation) select 'x' || n % 5 from generate_series(1, ${round} + 50) as n`,
      ),
      ...Array.from({ length: 20 }, () => compactDataChanges(jobs)),
    ]);
    await compactDataChanges(jobs);
    expect(await sum()).toBe(before + 20 * 50 + 190);
  });

  test('is written by nobody but the triggers', async () => {
    for (const role of ['analytics_ingest', 'analytics_query', 'analytics_admin'])
      await expect(
        database.connect(role, { max: 1 })`insert into data_changes (relation) values ('x')`,
      ).rejects.toThrow(/permission denied|read-only/);
  });
});
