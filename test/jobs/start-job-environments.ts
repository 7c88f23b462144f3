import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { functionName } from '#contract/functions.ts';
import { jobs } from '#contract/jobs.ts';
import { resourceVariables } from '#contract/variables.ts';
import type { TestDatabase } from '../setup/database.ts';
import type { JobAnswer } from './job-child.ts';

export interface JobEnvironment {
  /** Answers what the handler did, or that the process died. */
  invoke(payload: object, options?: { requestId?: string; remainingMs?: number }): Promise<JobAnswer | 'died'>;
  /** SIGKILL. */
  kill(): void;
}

interface Surroundings {
  readonly database: TestDatabase;
  /** Where DynamoDB answers, with the table `records`. */
  readonly tablesUrl: string;
  /** Where Lambda answers. */
  readonly awsUrl?: string;
}

const environments = new Set<ChildProcess>();

/** Processes with a job's bundle, their variables set as the stacks set them. */
export async function startJobEnvironments(
  count: number,
  bundle: string,
  job: string,
  surroundings: Surroundings,
): Promise<JobEnvironment[]> {
  return await Promise.all(Array.from({ length: count }, () => start(bundle, job, surroundings)));
}

export function killJobEnvironments(): void {
  for (const child of environments) child.kill('SIGKILL');
  environments.clear();
}

async function start(bundle: string, job: string, { database, tablesUrl, awsUrl }: Surroundings) {
  const child = fork(fileURLToPath(new URL('job-child.ts', import.meta.url)), [bundle, functionName(`job-${job}`)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: {
      PATH: process.env.PATH,
      ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      ...{ AWS_ENDPOINT_URL: awsUrl, AWS_ENDPOINT_URL_DYNAMODB: tablesUrl },
      ...{ POWERTOOLS_TRACE_ENABLED: 'false', POWERTOOLS_LOG_LEVEL: 'SILENT' },
      [resourceVariables.databaseHost]: database.host,
      [resourceVariables.databasePort]: String(database.port),
      [resourceVariables.databaseName]: database.name,
      [resourceVariables.databaseUser]: jobs.find(({ name }) => name === job)!.databaseRole,
      [resourceVariables.databaseCaFile]: database.caFile,
      [resourceVariables.idempotencyTable]: 'records',
    },
  });
  environments.add(child);
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error(`the bundle of ${job} did not start`);
    }),
  ]);
  return {
    invoke: async (payload, { requestId = randomUUID(), remainingMs = 60_000 } = {}) => {
      const ended = new AbortController();
      const { signal } = ended;
      const outcome = Promise.race([
        once(child, 'message', { signal }).then(([answer]) => answer as JobAnswer),
        once(child, 'exit', { signal }).then(() => 'died' as const),
      ]);
      child.send({ payload, requestId, remainingMs });
      return await outcome.finally(() => ended.abort());
    },
    kill: () => void child.kill('SIGKILL'),
  } satisfies JobEnvironment;
}
