import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { Sql } from 'postgres';

/** Any number: what matters is that every runner takes the same lock. */
const LOCK = 7_205_759;

/**
 * Applies the numbered SQL files of `directory` that the database does not have yet, in order, in one transaction, so
 * that a failure leaves nothing behind and two runners at once do the work once. Then changes of every table that answers
 * may be made from are counted (0022_data_changes).
 * @returns names of the files applied now
 * @throws when a file that was applied before has changed or is gone: migrations are forward only
 */
export async function applyMigrations(sql: Sql, directory: URL): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  const files = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, directory), 'utf8');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
  return await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${LOCK})`;
    await tx`
      create table if not exists schema_migrations (
        name text primary key,
        checksum text not null,
        applied_at timestamptz not null default now()
      )`;
    const applied = await tx<{ name: string; checksum: string }[]>`select name, checksum from schema_migrations`;
    for (const { name, checksum } of applied) {
      const file = files.find((candidate) => candidate.name === name);
      if (file?.checksum !== checksum) {
        throw new Error(
          `migration ${name} was applied and has ${file ? 'changed' : 'gone'} since: add a new one instead`,
        );
      }
    }
    const known = new Set(applied.map(({ name }) => name));
    const missing = files.filter(({ name }) => !known.has(name));
    for (const { name, text, checksum } of missing) {
      await tx.unsafe(text);
      await tx`insert into schema_migrations (name, checksum) values (${name}, ${checksum})`;
    }
    if (missing.length > 0) await tx`select note_changes_of_answers()`;
    return missing.map(({ name }) => name);
  });
}
