import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';
import { afterAll, expect, it } from 'vitest';
import { applyMigrations } from '#db/apply-migrations.ts';
import { ensureDatabase, type PostgresCluster, startPostgres } from '../../local/postgres.ts';
import { makeRandom } from '../../local/sample/random.ts';
import { compareDumps, dumpTables } from '../faults/dump-tables.ts';
import { makeShopEvents } from '../faults/make-shop-events.ts';
import type { TestEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

const MIGRATIONS = new URL('../../db/migrations/', import.meta.url);
const OWNER = 'analytics_migrate';
const DATABASE = 'analytics';

const directory = mkdtempSync(join(tmpdir(), 'analytics-restore-'));
chmodSync(directory, 0o755); // the servers run as another user where the tests run as root
const opened: { end(): Promise<void> }[] = [];
afterAll(async () => {
  for (const each of opened.reverse()) await each.end();
  rmSync(directory, { recursive: true, force: true });
});

/** A cluster that lives in the folder, migrated as each deployment does. */
async function open(name: string): Promise<{ cluster: PostgresCluster; sql: Sql }> {
  const cluster = await startPostgres({ directory: join(directory, name), durable: false });
  await ensureDatabase(cluster, DATABASE, OWNER);
  const migrating = postgres(cluster.url(DATABASE, OWNER), { max: 1, onnotice: () => {} });
  await applyMigrations(migrating, MIGRATIONS);
  await migrating.end();
  const sql = postgres(cluster.url(DATABASE), { max: 2, onnotice: () => {} });
  opened.push({ end: () => cluster.stop() }, { end: () => sql.end({ timeout: 1 }) });
  return { cluster, sql };
}

/** With idempotency records of its own: none of a database that there was before is believed, as a replay sees to. */
async function ingest(sql: Sql, events: readonly TestEvent[]): Promise<{ stored: number; duplicates: number }> {
  const ingestion = makeIngestion(sql);
  const { stored, duplicates, rejected } = await ingestion.ingest(events);
  expect({ rejected, failures: ingestion.failures }).toEqual({ rejected: 0, failures: [] });
  return { stored, duplicates };
}

/**
 * The restore of docs/deploy.md with what this machine has: a copy of the files of a stopped cluster in place of Aurora's
 * snapshot, and the events themselves in place of the bus archive.
 */
it('has the same figures after a restore and a replay of what came since', async () => {
  const random = makeRandom('restore');
  const shop = (name: string) =>
    Array.from({ length: 15 }, (_, n) => makeShopEvents(random, `${name}${n}`, new Date()));
  const [before, after] = [shop('before').flat(), shop('after').flat()];

  const first = await open('first');
  await ingest(first.sql, before);
  await dumpTables(first.sql); // aggregates
  await first.sql.end();
  await first.cluster.stop();
  mkdirSync(join(directory, 'restored'));
  execFileSync('cp', ['-a', join(directory, 'first/data'), join(directory, 'restored')]);
  const lived = await open('first');
  await ingest(lived.sql, after);
  const wanted = await dumpTables(lived.sql);

  const restored = await open('restored');
  expect(compareDumps(wanted, await dumpTables(restored.sql)).length).toBeGreaterThan(0);
  // From well before the snapshot on: what it holds is known to its ledger.
  const replayed = await ingest(restored.sql, [...before.slice(-50), ...after]);

  // Some come twice to begin with.
  const stored = new Set(after.map(({ id }) => id)).size;
  expect(replayed).toEqual({ stored, duplicates: 50 + after.length - stored });
  expect(compareDumps(wanted, await dumpTables(restored.sql))).toEqual([]);
}, 60_000);
