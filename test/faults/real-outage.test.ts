import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LambdaClient, paginateListEventSourceMappings, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { eventTypes, LEAST_CONCURRENCY, queueName } from '#contract/event-types.ts';
import { consumers, functionName } from '#contract/functions.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { type PostgresCluster, startPostgres } from '../../local/postgres.ts';
import { type LocalSystem, startSystem } from '../../local/start-system.ts';
import { bundleFunctions, functionEntries } from '../../scripts/build.ts';
import { compileSchemas } from '../../scripts/compile-schemas.ts';
import { makeEvent } from '../setup/events.ts';
import { localClient } from '../setup/system.ts';

const TYPE = 'analytics.page_view';
/** Instead of three minutes: what failed comes back while the test waits. */
const VISIBILITY_SECONDS = 3;
/** What ingestion logs of a batch that it could not store. */
const FAILURE = 'events could not be stored';

const dataDir = mkdtempSync(join(tmpdir(), 'analytics-outage-'));
const postgresDirectory = join(dataDir, 'postgres');
let system: LocalSystem;
let restarted: PostgresCluster | undefined;
let sqs: SQSClient;
let lambda: LambdaClient;

beforeAll(async () => {
  chmodSync(dataDir, 0o755); // the server runs as another user where the tests run as root
  const functionsDirectory = join(dataDir, 'functions');
  const cdkOut = join(dataDir, 'cdk.out');
  await compileSchemas();
  await bundleFunctions(functionEntries, functionsDirectory);
  process.env.CDK_VALIDATION = 'false'; // 2 s, which CI spends apart
  synthesize({ stage: 'local', outdir: cdkOut, functionsDirectory, environment: { BREAKER_OPEN_SECONDS: '1' } });
  change(join(cdkOut, 'AnalyticsIngest.template.json'), 'AWS::SQS::Queue', (properties) => {
    if ('VisibilityTimeout' in properties) properties.VisibilityTimeout = VISIBILITY_SECONDS;
  });
  // The valve moves when the test says so.
  change(join(cdkOut, 'AnalyticsJobs.template.json'), 'AWS::Scheduler::Schedule', (properties) => {
    properties.State = 'DISABLED';
  });
  system = await startSystem({ cdkOut, dataDir, port: 0, log: () => {} });
  const { sqs: endpoint, events } = system.outputs.endpoints;
  sqs = new SQSClient({ ...localClient, endpoint, useQueueUrlAsEndpoint: false });
  lambda = new LambdaClient({ ...localClient, endpoint: events });
});

afterAll(async () => {
  await system?.stop();
  await restarted?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function change(file: string, type: string, edit: (properties: Record<string, unknown>) => void): void {
  const template = JSON.parse(readFileSync(file, 'utf8'));
  for (const { Type, Properties } of Object.values<{ Type: string; Properties: Record<string, unknown> }>(
    template.Resources,
  ))
    if (Type === type) edit(Properties);
  writeFileSync(file, JSON.stringify(template));
}

async function publish(count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 10) {
    const bodies = Array.from({ length: 10 }, (_, index) =>
      JSON.stringify(makeEvent(TYPE, { session_id: `s${sent + index}`, page_url: 'https://shop.test/' })),
    );
    const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: system.outputs.queues[TYPE]!.url, Entries }));
  }
}

async function moveValve(): Promise<Record<string, unknown>> {
  const { payload, error } = await system.invoke('valve', {});
  if (error) throw new Error(`valve: ${error.errorType}`);
  return JSON.parse(payload ?? 'null');
}

async function listMappings() {
  const found = [];
  for (const name of Object.values(consumers)) {
    const pages = paginateListEventSourceMappings({ client: lambda }, { FunctionName: functionName(name) });
    for await (const { EventSourceMappings = [] } of pages) found.push(...EventSourceMappings);
  }
  return found.map(({ UUID, State, EventSourceArn, ScalingConfig }) => ({
    id: UUID!,
    state: State,
    queue: EventSourceArn!.split(':').at(-1)!,
    concurrency: ScalingConfig?.MaximumConcurrency,
  }));
}

/** Ends the server as an operator would; its clients see their connections closed, then refused. */
async function stopPostgres(): Promise<void> {
  const [pid] = readFileSync(join(postgresDirectory, 'data/postmaster.pid'), 'utf8').split('\n').map(Number);
  process.kill(pid!, 'SIGINT');
  await vi.waitUntil(() => isGone(pid!), { timeout: 10_000 });
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

const port = () => Number(new URL(system.outputs.databaseUrl).port);
const depth = (name: string) => {
  const { ready, inFlight } = system.queues().find((queue) => queue.name === name)!;
  return ready + inFlight;
};

async function count(statement: string): Promise<number> {
  const sql = postgres(system.outputs.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const [row] = await sql.unsafe(statement);
    return Number(row!.count);
  } finally {
    await sql.end();
  }
}

test('while the database is away the consumers are paused, and afterwards everything is stored once', async () => {
  await publish(20);
  await system.drain();
  expect(await moveValve()).toMatchObject({ phase: 'flowing', changed: 0 });
  const mappings = await listMappings();
  const byHand = mappings.find(({ queue }) => queue === queueName('marketing.spend.recorded'))!;
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID: byHand.id, Enabled: false }));

  await stopPostgres();
  await publish(50);
  const log = () => readFileSync(join(dataDir, 'logs/analytics-ingest.log'), 'utf8');
  await vi.waitUntil(() => log().includes(FAILURE), { timeout: 15_000 });
  expect(await moveValve()).toMatchObject({ phase: 'paused', changed: mappings.length - 1 });
  expect((await listMappings()).map(({ state }) => state)).toEqual(mappings.map(() => 'Disabled'));
  await publish(50);
  await sleep((VISIBILITY_SECONDS + 1) * 1_000);
  expect(depth(queueName(TYPE))).toBe(100);
  expect(system.queues().map(({ inFlight }) => inFlight)).toEqual(system.queues().map(() => 0));

  // A deployment enables one
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID: mappings[0]!.id, Enabled: true }));
  expect(await moveValve()).toMatchObject({ phase: 'paused', changed: 1 });

  restarted = await startPostgres({ directory: postgresDirectory, port: port() });
  expect(await moveValve()).toMatchObject({ phase: 'ramping', changed: mappings.length - 1 });
  expect(new Set((await listMappings()).map(({ concurrency }) => concurrency))).toContain(LEAST_CONCURRENCY);
  expect(await moveValve()).toMatchObject({ phase: 'flowing' });
  await vi.waitUntil(() => depth(queueName(TYPE)) === 0, { timeout: 30_000, interval: 100 });

  expect(await count('select count(*) from analytics_events')).toBe(120);
  expect(await count('select count(*) from dead_letter_queue')).toBe(0);
  expect(depth(`dlq-${queueName(TYPE)}`)).toBe(0);
  const then = await listMappings();
  expect(then.filter(({ state }) => state === 'Disabled').map(({ id }) => id)).toEqual([byHand.id]);
  expect(then.map(({ concurrency }) => concurrency)).toEqual(mappings.map(({ concurrency }) => concurrency));
  expect(then.find(({ queue }) => queue === queueName(TYPE))!.concurrency).toBe(
    eventTypes.find(({ type }) => type === TYPE)!.maxConcurrency,
  );
  expect(await count("select count(*) from job_runs where job = 'valve' and status = 'succeeded'")).toBe(3);
}, 90_000);
