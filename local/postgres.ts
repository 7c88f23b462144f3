import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import postgres from 'postgres';
import { canEnter, findBinaries, type RunAs, serverUser } from './postgres/find-binaries.ts';
import { makeCertificates } from './postgres/make-certificates.ts';
import { runServer } from './postgres/run-server.ts';

export interface PostgresCluster {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** PEM file that the server's certificate is verified against. */
  readonly caFile: string;
  /** URL of a database for a role; every role logs in without a password, from this machine only. */
  url(database: string, role?: string): string;
  stop(): Promise<void>;
}

/**
 * Trust, because the functions log in with RDS IAM tokens as passwords, one database role each: a rule that accepts
 * any password lets the same code log in here.
 */
const ACCESS = 'host all all 127.0.0.1/32 trust\n';

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  max_connections: '120',
  shared_buffers: '256MB',
  work_mem: '32MB',
  maintenance_work_mem: '128MB',
  // Checkpoints, not commits, are what a laptop's disk notices: fewer of them, with durability untouched.
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  jit: 'off',
  ssl: 'on',
};

/**
 * Starts the cluster that lives in `directory`, making it first when there is none. Superuser `postgres`.
 * `durable: false` is for tests: a crash may lose the cluster.
 */
export async function startPostgres(options: {
  readonly directory: string;
  readonly durable?: boolean;
  readonly log?: (line: string) => void;
  /** Default: any free one. */
  readonly port?: number;
}): Promise<PostgresCluster> {
  const { durable = true } = options;
  const user = serverUser();
  const binaries = findBinaries(user);
  const home = clusterHome(options.directory, user, options.log);
  const tls = await makeCertificates(join(home, 'tls'), user);
  const dataDirectory = join(home, 'data');
  if (!existsSync(join(dataDirectory, 'PG_VERSION'))) initialize(binaries, dataDirectory, user, durable);
  writeFileSync(join(dataDirectory, 'pg_hba.conf'), ACCESS);
  const logFile = join(home, 'postgres.log');
  const server = await runServer({
    ...{ binaries, dataDirectory, logFile, user, port: options.port },
    settings: {
      ...SETTINGS,
      ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
      ssl_cert_file: tls.certificateFile,
      ssl_key_file: tls.keyFile,
    },
  });
  return {
    host: '127.0.0.1',
    port: server.port,
    caFile: tls.caFile,
    url: (database, role = 'postgres') => `postgres://${role}@127.0.0.1:${server.port}/${database}`,
    stop: server.stop,
  };
}

/**
 * Makes a database and the role that owns it, unless they are there: what creating an Aurora cluster does for its master
 * user. `rds_iam` is there too, since migrations grant it to the roles that log in with tokens.
 */
export async function ensureDatabase(cluster: PostgresCluster, database: string, owner: string): Promise<void> {
  const sql = postgres(cluster.url('postgres'), { max: 1, onnotice: () => {} });
  try {
    const roles = (await sql<{ name: string }[]>`select rolname as name from pg_roles`).map((row) => row.name);
    if (!roles.includes('rds_iam')) await sql`create role rds_iam nologin`;
    if (!roles.includes(owner)) {
      await sql`create role ${sql(owner)} login createrole`;
      await sql`grant rds_iam to ${sql(owner)} with admin option`;
    }
    const [existing] = await sql`select from pg_database where datname = ${database}`;
    if (!existing) await sql`create database ${sql(database)} owner ${sql(owner)}`;
  } finally {
    await sql.end();
  }
}

/** Forgets the cluster of a data directory, wherever it lives. */
export function removePostgres(directory: string): void {
  for (const home of [resolve(directory), elsewhere(directory)]) rmSync(home, { recursive: true, force: true });
}

/** `directory` itself, or a place under /var/tmp when the server's user cannot reach it. */
function clusterHome(directory: string, user: RunAs | undefined, log?: (line: string) => void): string {
  const wanted = resolve(directory);
  mkdirSync(wanted, { recursive: true });
  // Whatever the umask was: the server's user must pass through, and what is private below has modes of its own.
  chmodSync(wanted, 0o755);
  if (canEnter(wanted, user)) return own(wanted, user);
  const home = elsewhere(directory);
  mkdirSync(home, { recursive: true, mode: 0o755 });
  const { uid } = statSync(home);
  if (uid !== process.getuid?.() && uid !== user?.uid) throw new Error(`${home} belongs to another user: remove it`);
  log?.(`The database lives in ${home}: PostgreSQL does not run as root, and its user cannot enter ${wanted}`);
  return own(home, user);
}

function own(home: string, user: RunAs | undefined): string {
  if (user) chownSync(home, user.uid, user.gid);
  return home;
}

function elsewhere(directory: string): string {
  const digest = createHash('sha256').update(resolve(directory)).digest('hex').slice(0, 16);
  return `/var/tmp/commerce-analytics-database-${digest}`;
}

function initialize(binaries: string, dataDirectory: string, user: RunAs | undefined, durable: boolean): void {
  // The built-in provider sorts by code point on every machine, whatever locales it has.
  const flags = [
    '--username=postgres',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
    '--auth=trust',
  ];
  if (!durable) flags.push('--no-sync');
  const { status, stderr, error } = spawnSync(join(binaries, 'bin/initdb'), ['-D', dataDirectory, ...flags], {
    ...user,
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`initdb failed in ${dataDirectory}: ${error?.message ?? stderr}`);
}
