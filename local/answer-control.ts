import type { AlarmStatus } from './alarms/watch-alarms.ts';
import type { InvocationResult, LambdaFunction } from './lambda/run-function.ts';
import type { QueueDepth } from './queues/start-queues.ts';
import type { ControlAnswer, ControlRequest } from './services/serve-aws-calls.ts';

/** Sums of the functions' metrics since the start, and when they were read (RFC 3339). */
export interface Reading {
  readonly at: string;
  readonly metrics: Readonly<Record<string, number>>;
}

/** What `POST /drained` answers: this drain's reading, and that of the last drain of this start. */
export interface DrainReadings {
  readonly startedAt: string;
  readonly last: Reading | null;
  readonly now: Reading;
}

export interface Controlled {
  readonly invoke: (name: string, payload: unknown) => Promise<InvocationResult>;
  readonly queues: () => readonly QueueDepth[];
  readonly functions: () => readonly LambdaFunction[];
  readonly metrics: () => Readonly<Record<string, number>>;
  readonly alarms: () => Promise<readonly AlarmStatus[]>;
}

/**
 * The control calls of the local commands: `POST /invoke/<function>` runs a function now, `GET /status` tells queues,
 * functions and metrics, `GET /alarms` the templates' alarms on them, `POST /drained` marks that all is processed.
 */
export function answerControl({ invoke, queues, functions, metrics, alarms }: Controlled): ControlRequest {
  const startedAt = new Date().toISOString();
  let last: Reading | null = null;
  return async (method, path, body) => {
    const [, name] = /^\/invoke\/([\w-]+)$/.exec(path) ?? [];
    if (method === 'POST' && name) {
      const result = await invoke(name, body ? JSON.parse(body) : {});
      return result.error ? answer(result.error, 502) : { status: 200, body: result.payload ?? 'null' };
    }
    if (method === 'POST' && path === '/drained') {
      const now = { at: new Date().toISOString(), metrics: metrics() };
      const readings: DrainReadings = { startedAt, last, now };
      last = now;
      return answer(readings);
    }
    if (method === 'GET' && path === '/alarms') return answer(await alarms());
    if (method !== 'GET' || path !== '/status') return undefined;
    const workers = functions().map((fn) => ({ name: fn.name, workers: fn.workers() }));
    return answer({ startedAt, metrics: metrics(), queues: queues(), functions: workers });
  };
}

const answer = (value: unknown, status = 200): ControlAnswer => ({ status, body: JSON.stringify(value) });
