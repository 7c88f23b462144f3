import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import postgres, { type Options, type PostgresType, type Sql } from 'postgres';
import { inject } from 'vitest';
import { ensureDatabase, type PostgresCluster } from '../../local/postgres.ts';

export interface TestDatabase {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** PEM file that the server's certificate is verified against. */
  readonly caFile: string;
  url(role?: string): string;
  /** A client over verified TLS, as `role` (default: the superuser). Ended by `drop`. */
  connect(role?: string, options?: Options<Record<string, PostgresType>>): Sql;
  drop(): Promise<void>;
}

const OWNER = 'analytics_migrate';
const MIGRATIONS = new URL('../../db/migrations/', import.meta.url);
/** Serializes the making of the template and its copies between test files; any number that nothing else locks. */
const TEMPLATE_LOCK = 711_003;

/** A database of its own for a test file: empty, or a copy (25 ms) of one that the migrations were applied to once. */
export async function createDatabase(options: { readonly migrated: boolean }): Promise<TestDatabase> {
  const { host, port, caFile } = inject('postgres');
  const url = (database: string, role = 'postgres') => `postgres://${role}@${host}:${port}/${database}`;
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const admin = postgres(url('postgres'), { max: 1, onnotice: () => {} });
  // The session's end releases the lock.
  await admin`select pg_advisory_lock(${TEMPLATE_LOCK})`;
  try {
    const cluster: PostgresCluster = { host: '127.0.0.1', port, caFile, url, stop: async () => {} };
    if (options.migrated) {
      await ensureTemplate(admin, cluster);
      await admin`create database ${admin(name)} template migrated owner ${admin(OWNER)} strategy file_copy`;
    } else {
      await ensureDatabase(cluster, name, OWNER);
    }
  } finally {
    await admin.end();
  }
  return testDatabase(name, url, { host, port, caFile });
}

async function ensureTemplate(admin: Sql, cluster: PostgresCluster): Promise<void> {
  const [existing] = await admin`select from pg_database where datname = 'migrated'`;
  if (existing) return;
  const { applyMigrations } = await import('#db/apply-migrations.ts');
  // Under another name until it is whole: a failed migration must not leave a template behind.
  await admin`drop database if exists migrating`;
  await ensureDatabase(cluster, 'migrating', OWNER);
  const sql = postgres(cluster.url('migrating', OWNER), { max: 1, onnotice: () => {} });
  try {
    await applyMigrations(sql, MIGRATIONS);
  } finally {
    await sql.end();
  }
  await admin`alter database migrating rename to migrated`;
}

function testDatabase(
  name: string,
  url: (database: string, role?: string) => string,
  server: { readonly host: string; readonly port: number; readonly caFile: string },
): TestDatabase {
  const clients: Sql[] = [];
  return {
    ...{ name, ...server },
    url: (role) => url(name, role),
    connect: (role = 'postgres', options = {}) => {
      const ssl = { ca: readFileSync(server.caFile), rejectUnauthorized: true };
      const client = postgres(url(name, role), { max: 2, ssl, onnotice: () => {}, ...options });
      clients.push(client);
      return client;
    },
    drop: async () => {
      await Promise.all(clients.map((client) => client.end({ timeout: 1 })));
      const admin = postgres(url('postgres'), { max: 1, onnotice: () => {} });
      await admin`drop database if exists ${admin(name)} with (force)`;
      await admin.end();
    },
  };
}
