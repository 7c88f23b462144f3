import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseRoles } from '#contract/database-roles.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

const INSUFFICIENT_PRIVILEGE = '42501';
const roles = Object.values(databaseRoles);
const ofFunctions = roles.filter((role) => role !== databaseRoles.migrate);

let database: TestDatabase;
let sql: Sql;
let tables: readonly string[];
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
  sql = database.connect();
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`;
  tables = rows.map(({ name }) => name);
});
afterAll(() => database.drop());

const codeOf = (statement: Promise<unknown>): Promise<string> =>
  statement.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? 'no code',
  );

/** By role and relation what it holds on the whole, then by column; then the functions that it may call in the owner's name. */
async function describePrivileges(): Promise<string> {
  const lines = await sql<{ line: string }[]>`
    with role as (select oid, rolname from pg_roles where rolname = any(${ofFunctions as string[]})),
    relation as (
      select * from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S') and not relispartition
    ), held (role, part, subject, privileges) as (
      select rolname::text, 1, relname::text, string_agg(lower(privilege_type), ', ' order by privilege_type)
      from relation cross join aclexplode(relacl) join role on grantee = role.oid group by rolname, relname
      union all
      select rolname, 2, format('%s (%s)', relname, string_agg(attname, ', ' order by attnum)), privilege from (
        select rolname, relname, attname, attnum, lower(privilege_type) as privilege
        from relation join pg_attribute on attrelid = relation.oid cross join aclexplode(attacl) join role on grantee = role.oid
      ) as columns group by rolname, relname, privilege
      union all
      select rolname, 3, p.oid::regprocedure::text, 'execute'
      from pg_proc p cross join role
      where pronamespace = 'public'::regnamespace and prosecdef and has_function_privilege(role.oid, p.oid, 'execute')
    )
    select format('%s: %s %s', role, privileges, subject) as line from held
    order by role collate "C", part, subject collate "C", privileges`;
  return `${lines.map(({ line }) => line).join('\n')}\n`;
}

it('are what db/privileges.txt says', async () => {
  await expect(await describePrivileges()).toMatchFileSnapshot('../../db/privileges.txt');
});

it('are granted to the roles of the contract, and to nobody else', async () => {
  const grantees = await sql<{ name: string }[]>`
    select distinct grantee::regrole::text as name
    from pg_class cross join aclexplode(relacl) where relnamespace = 'public'::regnamespace`;
  for (const { name } of grantees) expect(roles).toContain(name);
});

describe.each(ofFunctions)('%s', (role) => {
  it('is nobody special, and nobody else', async () => {
    const [row] = await sql`
      select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls from pg_roles where rolname = ${role}`;
    expect(Object.values(row!)).toEqual([false, false, false, false, false]);
    const memberships = await sql`
      select roleid::regrole::text from pg_auth_members where member = ${role}::regrole and roleid::regrole::text <> 'rds_iam'`;
    expect([...memberships]).toEqual([]);
    const own = database.connect(role, { max: 1 });
    for (const other of [...roles.filter((each) => each !== role), 'postgres'])
      expect(await codeOf(own.unsafe(`set role ${other}`)), other).toBe(INSUFFICIENT_PRIVILEGE);
    expect(await codeOf(own.unsafe(`set session authorization postgres`))).toBe(INSUFFICIENT_PRIVILEGE);
  });

  it('makes, changes and drops no relation, role or function, and reads no file', async () => {
    const own = database.connect(role, { max: 1 });
    await own`set default_transaction_read_only = off`;
    const statements = [
      'create table made (id int)',
      'create schema made',
      'create role made',
      'alter role current_user superuser',
      'alter table orders add column made int',
      'drop table orders',
      'truncate orders',
      'create or replace function instant(utc text) returns timestamptz language sql return now()',
      "copy (select 1) to program 'true'",
      "select pg_read_file('/etc/passwd')",
      "select pg_ls_dir('/')",
      "select lo_import('/etc/passwd')",
      'select * from pg_authid',
    ];
    for (const statement of statements)
      expect(await codeOf(own.unsafe(statement)), statement).toBe(INSUFFICIENT_PRIVILEGE);
  });
});

it('the role of the query API writes to no table, not even when it lifts its own restraint', async () => {
  const query = database.connect(databaseRoles.query, { max: 1 });
  expect(await query`show default_transaction_read_only`).toEqual([{ default_transaction_read_only: 'on' }]);
  await query`set default_transaction_read_only = off`;
  expect(tables.length).toBeGreaterThan(20);
  for (const table of tables) {
    expect(await codeOf(query.unsafe(`insert into ${table} default values`)), table).toBe(INSUFFICIENT_PRIVILEGE);
    expect(await codeOf(query.unsafe(`delete from ${table}`)), table).toBe(INSUFFICIENT_PRIVILEGE);
    expect(await codeOf(query.unsafe(`truncate ${table}`)), table).toBe(INSUFFICIENT_PRIVILEGE);
  }
  const [held] = await sql`
    select count(*)::int as count from pg_class, aclexplode(relacl)
    where grantee = ${databaseRoles.query}::regrole and privilege_type <> 'SELECT'`;
  expect(held).toEqual({ count: 0 });
});

it('neither dashboards nor jobs read the original of a dead letter or its key', async () => {
  for (const role of [databaseRoles.query, databaseRoles.ingest])
    expect(await codeOf(database.connect(role, { max: 1 })`select original, data_key from dead_letter_queue`)).toBe(
      INSUFFICIENT_PRIVILEGE,
    );
});

it('nobody changes or removes what the audit of admin calls says', async () => {
  await sql`insert into admin_audit (request_id, principal, route, parameters, dry_run, outcome) values ('r', 'p', 'GET /', '{}', false, 'begun')`;
  for (const role of [...ofFunctions, databaseRoles.migrate])
    for (const statement of [
      `update admin_audit set principal = 'x'`,
      'delete from admin_audit',
      'truncate admin_audit',
    ])
      expect(await codeOf(database.connect(role, { max: 1 }).unsafe(statement)), role).not.toBe('done');
  expect(await sql`select principal from admin_audit`).toEqual([{ principal: 'p' }]);
});
