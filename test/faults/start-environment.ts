import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SQSRecord } from 'aws-lambda';
import { eventTypes, UNMATCHED } from '#contract/event-types.ts';
import { resourceVariables } from '#contract/variables.ts';
import type { Answer } from './child.ts';

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly caFile: string;
}

/** What became of a delivery: the ids to deliver again, or that the process died, or that it hung. */
export type Delivery = { readonly failedIds: readonly string[] } | 'died' | 'hung';

export interface Environment {
  deliver(records: readonly SQSRecord[], remainingMs: number): Promise<Delivery>;
  /** SIGKILL. */
  kill(): void;
  isDead(): boolean;
}

/** No invocation of these trials may take longer, whatever fails. */
const HANG_MS = 15_000;

/** A process with the ingest function's bundle, its variables set as the stacks set them. */
export async function startEnvironment(
  bundle: string,
  database: DatabaseAddress,
  awsUrl: string,
): Promise<Environment> {
  const queues = Object.fromEntries(
    [...eventTypes.map(({ type }) => type), UNMATCHED].map((type) => [type, `${awsUrl}/0/${type}`]),
  );
  const child = fork(fileURLToPath(new URL('child.ts', import.meta.url)), [bundle], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: {
      PATH: process.env.PATH,
      ...{
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_ENDPOINT_URL: awsUrl,
      },
      ...{ AWS_LAMBDA_FUNCTION_NAME: 'ingest', POWERTOOLS_TRACE_ENABLED: 'false', POWERTOOLS_LOG_LEVEL: 'SILENT' },
      // Its pauses of half a minute have a test of their own
      BREAKER_FAILURES: '100',
      [resourceVariables.databaseHost]: database.host,
      [resourceVariables.databasePort]: String(database.port),
      [resourceVariables.databaseName]: database.name,
      [resourceVariables.databaseUser]: 'analytics_ingest',
      [resourceVariables.databaseCaFile]: database.caFile,
      [resourceVariables.pseudonymKeysSecret]: 'keys',
      [resourceVariables.idempotencyTable]: 'records',
      [resourceVariables.valveTable]: 'valve',
      [resourceVariables.deadLetterQueueUrls]: JSON.stringify(queues),
    },
  });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('the ingest bundle did not start');
    }),
  ]);
  return {
    deliver: (records, remainingMs) => deliver(child, records, remainingMs),
    kill: () => void child.kill('SIGKILL'),
    isDead: () => child.exitCode !== null || child.signalCode !== null,
  };
}

async function deliver(child: ChildProcess, records: readonly SQSRecord[], remainingMs: number): Promise<Delivery> {
  const ended = new AbortController();
  const { signal } = ended;
  const timer = Promise.withResolvers<'hung'>();
  const timeout = setTimeout(() => timer.resolve('hung'), HANG_MS);
  try {
    const outcome = Promise.race([
      once(child, 'message', { signal }).then(([answer]) => toDelivery(answer, records)),
      once(child, 'exit', { signal }).then((): Delivery => 'died'),
      timer.promise,
    ]);
    child.send({ event: { Records: records }, remainingMs });
    return await outcome;
  } finally {
    clearTimeout(timeout);
    ended.abort();
  }
}

/** An error fails the whole batch. */
function toDelivery({ failedIds }: Answer, records: readonly SQSRecord[]): Delivery {
  return { failedIds: failedIds ?? records.map(({ messageId }) => messageId) };
}
