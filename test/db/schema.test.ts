import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyMigrations } from '#db/apply-migrations.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

const MIGRATIONS = new URL('../../db/migrations/', import.meta.url);
let database: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
  sql = database.connect();
});
afterAll(() => database.drop());

/** What the migrations made, from the catalog: no pg_dump comes with the server's npm package. */
async function describeSchema(): Promise<string> {
  const lines = await sql<{ line: string }[]>`
    with ours as (
      select c.oid, c.relname, c.relkind, c.relacl from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
    ), described (relation, part, position, line) as (
      select relname, 1, 0, case relkind when 'v' then 'view ' else 'table ' end || relname from ours
      union all
      select relname, 2, attnum, format('  %s %s%s%s', attname, format_type(atttypid, atttypmod),
        case when attnotnull then ' not null' else '' end,
        coalesce(case attgenerated when 's' then ' generated ' else ' default ' end || pg_get_expr(adbin, adrelid), ''))
      from ours join pg_attribute on attrelid = ours.oid and attnum > 0 and not attisdropped
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
      union all
      select relname, 3, 0, '  ' || pg_get_constraintdef(k.oid) from ours join pg_constraint k on conrelid = ours.oid and contype <> 'n'
      union all
      select relname, 4, 0, '  ' || pg_get_indexdef(indexrelid) from ours join pg_index on indrelid = ours.oid and not indisprimary
      union all
      select relname, 5, 0, '  ' || pg_get_triggerdef(t.oid) from ours join pg_trigger t on tgrelid = ours.oid and not tgisinternal
      union all
      select relname, 6, 0, format('  grant %s to %s', string_agg(lower(privilege_type), ', ' order by privilege_type), grantee::regrole)
      from ours cross join lateral aclexplode(relacl) where grantee::regrole::text <> 'analytics_migrate'
      group by relname, grantee
      union all
      select 'function ' || proname, 7, 0, format('function %s(%s) returns %s', proname, pg_get_function_arguments(oid), pg_get_function_result(oid))
      from pg_proc where pronamespace = 'public'::regnamespace
    )
    select line from described order by relation collate "C", part, position, line collate "C"`;
  return `${lines.map(({ line }) => line).join('\n')}\n`;
}

it('is what db/schema.txt says', async () => {
  await expect(await describeSchema()).toMatchFileSnapshot('../../db/schema.txt');
});

it('is left alone by migrations that were applied before', async () => {
  expect(await applyMigrations(sql, MIGRATIONS)).toEqual([]);
});

it('is made once by two runners at the same time', async () => {
  const empty = await createDatabase({ migrated: false });
  try {
    const runs = await Promise.all([
      applyMigrations(empty.connect('postgres'), MIGRATIONS),
      applyMigrations(empty.connect('postgres'), MIGRATIONS),
    ]);
    expect(runs.map((applied) => applied.length > 0).sort()).toEqual([false, true]);
  } finally {
    await empty.drop();
  }
});

it('refuses a migration that changed after it was applied', async () => {
  await sql`update schema_migrations set checksum = 'other' where name like '0002%'`;
  await expect(applyMigrations(sql, MIGRATIONS)).rejects.toThrow(
    'migration 0002_events.sql was applied and has changed since',
  );
});
