import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ migrated: false });
});
afterAll(() => database.drop());

test('a client that verifies the certificate is connected over TLS', async () => {
  const [row] = await database.connect()`select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
  expect(row).toEqual({ ssl: true });
});

test('a client that trusts another authority is refused', async () => {
  const sql = database.connect('postgres', { ssl: { ca: [], rejectUnauthorized: true } });
  await expect(sql`select 1`).rejects.toThrow(/certificate/);
});

test('a role logs in with any password, as with an IAM token, and owns its database', async () => {
  const sql = database.connect('analytics_migrate', { password: 'a-token' });
  await sql`create table owned (id int)`;
  expect(await sql`select current_user as role, current_setting('TimeZone') as zone`).toEqual([
    { role: 'analytics_migrate', zone: 'UTC' },
  ]);
});

test('text sorts by code point whatever locale the machine has', async () => {
  const rows = await database.connect()`select t from unnest(array['b', 'a', 'B', 'é']) t order by t`;
  expect(rows.map((row) => row.t)).toEqual(['B', 'a', 'b', 'é']);
});
