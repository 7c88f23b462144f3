import type { Sql } from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { fillYear, markAllHours, takeSeed } from '../../bench/year/fill-year.ts';
import { ingestEvents } from '../../bench/year/ingest-events.ts';
import { makeSeed } from '../../bench/year/make-seed.ts';
import { renameEvent } from '../../bench/year/name-clone.ts';
import { createDatabase } from '../setup/database.ts';
import { testKeys } from '../setup/ingestion.ts';

const DAY_MS = 86_400_000;
const ZONE = 'Europe/Berlin';
/** An old one and two newer that share products with it, the first of them also customers; and one of another layer. */
const clones = [
  { period: 3, layer: 0 },
  { period: 0, layer: 0 },
  { period: 1, layer: 0 },
  { period: 1, layer: 1 },
];
/** What is of the moment of storing, and the digest, which is not of the copy's content. */
const OF_STORING = ['received_at', 'processed_at', 'updated_at', 'content_hash'];

const end = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS);
const seed = makeSeed(end, 1);
const bodies = seed.events.map((event) => JSON.stringify(event));
const databases = [await createDatabase({ migrated: true }), await createDatabase({ migrated: true })];
afterAll(async () => await Promise.all(databases.map((database) => database.drop())));

test('copies of the seed are what ingesting their events gives, in every table', { timeout: 60_000 }, async () => {
  const [ingested, filled] = databases.map((database) => database.connect()) as [Sql, Sql];

  for (const clone of clones)
    await ingestEvents(
      ingested,
      bodies.map((body) => renameEvent(body, seed.run, seed.start, clone)),
      testKeys,
    );
  await aggregateAll(ingested);

  const tables = await takeSeed(filled, seed, () => ingestEvents(filled, bodies, testKeys));
  await fillYear(filled, seed, tables, clones);
  await markAllHours(filled);
  await aggregateAll(filled);

  const expected = await contents(ingested);
  expect(Object.values(expected).filter((rows) => rows.length > 0).length).toBeGreaterThan(20);
  expect(expected.analytics_events).toHaveLength(clones.length * bodies.length);
  const actual = await contents(filled);
  for (const [table, rows] of Object.entries(expected)) expect({ table, rows: actual[table] }).toEqual({ table, rows });
});

async function aggregateAll(sql: Sql) {
  while ((await aggregateWindows(sql, { zone: ZONE, limit: 10_000 })) === 10_000);
}

async function contents(sql: Sql): Promise<Record<string, string[]>> {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname <> 'data_changes' order by 1`;
  const result: Record<string, string[]> = {};
  for (const { name } of tables) {
    const rows = await sql<
      { row: string }[]
    >`select (to_jsonb(t) - ${OF_STORING}::text[])::text as row from ${sql(name)} t order by 1`;
    result[name] = rows.map(({ row }) => row);
  }
  return result;
}
