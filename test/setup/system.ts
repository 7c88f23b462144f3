import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import postgres, { type Sql } from 'postgres';
import { synthesize } from '../../lib/synthesize.ts';
import type { Outputs } from '../../local/describe-outputs.ts';
import { type LocalSystem, type SystemOptions, startSystem } from '../../local/start-system.ts';
import { bundleFunctions, functionEntries } from '../../scripts/build.ts';
import { compileSchemas } from '../../scripts/compile-schemas.ts';
import { holdOrigin } from './hold-answers.ts';

export interface BusEntry {
  readonly source: string;
  readonly type: string;
  readonly body: string;
}

/** The whole service on this machine, as `npm start` runs it: from the synthesized templates, in this process. */
export interface TestSystem {
  readonly outputs: Outputs;
  readonly system: LocalSystem;
  readonly dataDir: string;
  /** What it printed. */
  readonly lines: readonly string[];
  /** As the superuser. */
  readonly sql: Sql;
  readonly sqs: SQSClient;
  /** Up to ten bodies onto the queue of a type (or `unmatched`), in one call. */
  send(type: string, bodies: readonly string[]): Promise<void>;
  /** Up to ten events through the bus in one call; answers each one's error code, undefined where it was taken. */
  put(entries: readonly BusEntry[]): Promise<(string | undefined)[]>;
  /** Waits until the queues are empty, dead-letter queues included. */
  drain(): Promise<void>;
  /** Runs the job and answers its result; throws when it fails. */
  runJob(name: string, payload?: object): Promise<unknown>;
  /** With the reading token unless another, or null for none, is given. */
  get(path: string, token?: string | null): Promise<Response>;
  stop(): Promise<void>;
}

/** Any credentials are taken. */
export const localClient = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

/**
 * Starts one with a database, queues, ports and directory of its own. `environment` overrides settings at synthesis, as
 * variables before `npm start` do. The functions are bundled anew: what is tested is never an older build, and test files
 * that run at once do not write into each other's.
 */
export async function startTestSystem(
  environment: Readonly<Record<string, string>> = {},
  options: Partial<SystemOptions> = {},
): Promise<TestSystem> {
  const dataDir = mkdtempSync(join(tmpdir(), 'analytics-e2e-'));
  chmodSync(dataDir, 0o755); // the server runs as another user where the tests run as root
  try {
    return await start(dataDir, environment, options);
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  }
}

async function start(
  dataDir: string,
  environment: Readonly<Record<string, string>>,
  options: Partial<SystemOptions>,
): Promise<TestSystem> {
  const functionsDirectory = join(dataDir, 'functions');
  const cdkOut = join(dataDir, 'cdk.out');
  await compileSchemas();
  await bundleFunctions(functionEntries, functionsDirectory);
  process.env.CDK_VALIDATION = 'false'; // 2 s of each synthesis, which CI does apart
  synthesize({ stage: 'local', outdir: cdkOut, functionsDirectory, environment });

  const lines: string[] = [];
  const system = await startSystem({ cdkOut, dataDir, port: 0, log: (line) => lines.push(line), ...options });
  const { outputs } = system;
  holdOrigin(outputs.apiUrl);
  const sql = postgres(outputs.databaseUrl, { max: 2, onnotice: () => {} });
  const sqs = new SQSClient({ ...localClient, endpoint: outputs.endpoints.sqs, useQueueUrlAsEndpoint: false });
  const bus = new EventBridgeClient({ ...localClient, endpoint: outputs.endpoints.events });

  return {
    ...{ outputs, system, dataDir, lines, sql, sqs },
    send: async (type, bodies) => {
      const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
      const QueueUrl = outputs.queues[type]!.url;
      const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      if (Failed.length > 0) throw new Error(`the queue of ${type} refused ${Failed.map(({ Code }) => Code)}`);
    },
    put: async (entries) => {
      const Entries = entries.map(({ source, type, body }) => ({
        ...{ EventBusName: outputs.eventBusName, Source: source, DetailType: type, Detail: body },
      }));
      const answer = await bus.send(new PutEventsCommand({ Entries }));
      return (answer.Entries ?? []).map(({ ErrorCode }) => ErrorCode);
    },
    drain: system.drain,
    runJob: async (name, payload = {}) => {
      const result = await system.invoke(name, payload);
      if (result.error) throw new Error(`${name}: ${result.error.errorMessage}`);
      return JSON.parse(result.payload ?? 'null');
    },
    get: (path, token = outputs.token) =>
      fetch(new URL(path, outputs.apiUrl), { headers: token === null ? {} : { authorization: `Bearer ${token}` } }),
    stop: async () => {
      sqs.destroy();
      bus.destroy();
      await sql.end({ timeout: 5 });
      await system.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
