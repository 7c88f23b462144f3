import fc from 'fast-check';
import type { Sql, TransactionSql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { markWindows } from '#db/mark-windows.ts';
import { reportFigure } from '../faults/run-trials.ts';
import { type Stream, streams } from './make-stream.ts';
import { aggregatedAt, BUSINESS_ZONE, createStreamDatabase, type StreamDatabase } from './stream-database.ts';
import { streamRuns } from './stream-runs.ts';

const runs = streamRuns(40);
const STREAMS = runs.numRuns;
const EVERY_WINDOW = 10_000;

let db: StreamDatabase;
let rollups: readonly string[];
beforeAll(async () => {
  db = await createStreamDatabase();
  const tables = await db.writer<{ name: string }[]>`
    select relname as name from pg_class join pg_attribute on attrelid = pg_class.oid and attname = 'bucket'
    where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`;
  rollups = tables.map(({ name }) => name);
});
afterAll(() => db.drop());

class Crash extends Error {}

/** A run that does everything and is gone before it commits. */
async function crash(sql: Sql): Promise<void> {
  const begin = (work: (tx: TransactionSql) => Promise<unknown>) =>
    sql.begin(async (tx) => {
      await work(tx);
      throw new Crash();
    });
  await expect(
    aggregateWindows({ begin } as unknown as Sql, { zone: BUSINESS_ZONE, limit: EVERY_WINDOW }),
  ).rejects.toBeInstanceOf(Crash);
}

async function readRollups(sql: Sql): Promise<ReadonlyMap<string, readonly string[]>> {
  const read = async (name: string) => {
    const rows = await sql<{ row: string }[]>`select to_jsonb(t)::text as row from ${sql(name)} t order by 1`;
    return [name, rows.map(({ row }) => row)] as const;
  };
  return new Map(await Promise.all(rollups.map(read)));
}

/** Forgets all rollups and computes them anew from the facts. */
async function recompute(sql: Sql, now: Date): Promise<void> {
  for (const name of rollups) await sql`delete from ${sql(name)}`;
  await markWindows(sql, '2026-10-15T00:00:00Z', '2026-11-05T00:00:00Z');
  await aggregateWindows(sql, { zone: BUSINESS_ZONE, limit: EVERY_WINDOW, now });
}

test('the rollups are all tables of buckets', () => {
  expect(rollups).toEqual(
    expect.arrayContaining([
      'hourly_metrics',
      'daily_metrics',
      'revenue_by_source',
      'product_performance',
      'product_months',
      'catalogue',
    ]),
  );
});

test(`every rollup equals its recomputation, whatever came late, twice or crashed (${STREAMS} streams)`, async () => {
  let cells = 0;
  const crashing = fc.array(fc.nat(3), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(streams, crashing, async (stream: Stream, crashes) => {
      await db.store(stream, {
        beforeAggregation: async (run) => {
          if (crashes[run % crashes.length] === 0) await crash(db.writer);
        },
      });
      const kept = await readRollups(db.writer);
      await recompute(db.writer, aggregatedAt(stream.events));
      const anew = await readRollups(db.writer);
      for (const name of rollups) {
        expect({ name, rows: kept.get(name) }).toEqual({ name, rows: anew.get(name) });
        for (const row of anew.get(name) ?? []) cells += Object.keys(JSON.parse(row)).length;
      }
    }),
    runs,
  );
  reportFigure({
    what: 'rollups against recomputation, late, twice, crashed',
    trials: STREAMS,
    figure: `${cells} cells, differing 0`,
    target: '0 differ',
  });
  console.log(`${STREAMS} streams, ${cells} cells of ${rollups.length} rollups compared, differing 0`);
}, 600_000);
