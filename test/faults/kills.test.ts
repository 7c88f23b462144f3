import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SQSRecord } from 'aws-lambda';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyMigrations } from '#db/apply-migrations.ts';
import { untilAccepting } from '../../local/postgres/until-accepting.ts';
import { ensureDatabase, type PostgresCluster, startPostgres } from '../../local/postgres.ts';
import { bundleFunctions } from '../../scripts/build.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeRecord } from '../setup/events.ts';
import { compareDumps, dumpTables } from './dump-tables.ts';
import { faultKinds } from './fault-kinds.ts';
import { makeShopEvents } from './make-shop-events.ts';
import { reportFigure, runTrials } from './run-trials.ts';
import { type AwsStub, serveAwsStub } from './serve-aws-stub.ts';
import { type FaultProxy, serveFaultProxy } from './serve-fault-proxy.ts';
import { type Delivery, type Environment, startEnvironment } from './start-environment.ts';

/** Margin of the handler, and what is left for the database: long enough where nothing hangs. */
const REMAINING_MS = 2_000 + 800;
const MAX_DELIVERIES = 8;

const directory = mkdtempSync(join(tmpdir(), 'analytics-kills-'));
const bundle = join(directory, 'ingest/index.mjs');
const keysSecret = JSON.stringify({ current: 'v1', v1: randomBytes(32).toString('base64') });
let cluster: PostgresCluster;
let proxy: FaultProxy;
let aws: AwsStub;
/** The same events without faults, in a database of its own with idempotency records of its own. */
let calm: { readonly database: TestDatabase; readonly aws: AwsStub; readonly environment: Environment };
let spare: Promise<Environment>;

beforeAll(async () => {
  chmodSync(directory, 0o755);
  await bundleFunctions([{ name: 'ingest', source: 'functions/ingest/handler.ts' }], directory);
  // Durable: backends are killed, and the server recovers what it has written
  cluster = await startPostgres({ directory: join(directory, 'postgres'), durable: true });
  await ensureDatabase(cluster, 'faults', 'analytics_migrate');
  const owner = postgres(cluster.url('faults', 'analytics_migrate'), { max: 1, onnotice: () => {} });
  await applyMigrations(owner, new URL('../../db/migrations/', import.meta.url));
  await owner.end();
  proxy = await serveFaultProxy(cluster.port, join(directory, 'tls'));
  aws = await serveAwsStub(keysSecret);
  spare = start();
  const database = await createDatabase({ migrated: true });
  const calmAws = await serveAwsStub(keysSecret);
  calm = { database, aws: calmAws, environment: await startEnvironment(bundle, database, calmAws.url) };
});
afterAll(async () => {
  (await spare).kill();
  calm.environment.kill();
  await Promise.all([proxy.stop(), aws.stop(), calm.aws.stop(), cluster.stop(), calm.database.drop()]);
  rmSync(directory, { recursive: true, force: true });
});

const start = () =>
  startEnvironment(bundle, { host: '127.0.0.1', port: proxy.port, name: 'faults', caFile: proxy.caFile }, aws.url);

/** One that was started while the last trial ran. */
async function nextEnvironment(): Promise<Environment> {
  const environment = await spare;
  spare = start();
  return environment;
}

const failedOf = (delivery: Delivery, records: readonly SQSRecord[]) =>
  typeof delivery === 'string' ? records : records.filter(({ messageId }) => delivery.failedIds.includes(messageId));

it('ends in the tables of a run without faults, whatever is killed or fails', async () => {
  const sql = postgres(cluster.url('faults'), { max: 1, onnotice: () => {} });
  const struck = new Map<string, number>();
  const kinds = Object.keys(faultKinds);
  const began = new Date();
  let crashes = 0;
  const each = { quick: 1, full: 24 };
  const trials = await runTrials(
    'kills',
    { quick: each.quick * (kinds.length + 1), full: each.full * (kinds.length + 1) },
    async (random, trial) => {
      const kind = [...kinds, 'killed before answering'][trial % (kinds.length + 1)]!;
      const events = [...makeShopEvents(random, `t${trial}`, began), '{'];
      const records = events.map((event) => makeRecord(event));
      let environment = await nextEnvironment();
      let fault = await faultKinds[kind]?.({ proxy, aws, environment, random });
      let pending: readonly SQSRecord[] = records;
      for (let deliveries = 1; pending.length > 0; deliveries++) {
        expect(deliveries, kind).toBeLessThanOrEqual(MAX_DELIVERIES);
        const delivery = await environment.deliver(pending, REMAINING_MS);
        expect(delivery, kind).not.toBe('hung');
        const isAnswerLost = kind === 'killed before answering' && deliveries === 1;
        if (isAnswerLost) environment.kill();
        else pending = failedOf(delivery, pending);
        if (fault?.hasStruck() || isAnswerLost) {
          struck.set(kind, (struck.get(kind) ?? 0) + 1);
          await fault?.mend();
          fault = undefined;
          proxy.onMoment = () => {};
          aws.onWrite = () => {};
          await untilAccepting(cluster.port, () => false);
        }
        if (environment.isDead() && !kind.startsWith('killed')) crashes += 1;
        if (environment.isDead() || isAnswerLost) environment = await nextEnvironment();
      }
      environment.kill();
      expect(fault, `${kind} never struck`).toBeUndefined();
      expect(await calm.environment.deliver(records, 20_000)).toEqual({ failedIds: [] });
    },
  );

  const dump = await dumpTables(sql);
  expect(dump.get('orders')?.length).toBeGreaterThan(trials / 2);
  expect(compareDumps(dump, await dumpTables(calm.database.connect()))).toEqual([]);
  const keys = (stub: AwsStub) => new Set(stub.letters.map(({ deduplicationKey }) => deduplicationKey));
  expect(keys(aws)).toEqual(keys(calm.aws));
  await sql.end();
  reportFigure({
    what: `processes killed, PostgreSQL failing (${struck.size} kinds; the driver ended ${crashes} processes)`,
    trials,
    figure: 'tables equal, hangs 0',
    target: '>= 300: equal, 0',
  });
}, 900_000);
