import { randomUUID } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { HUNG_UP, type StreamTarget } from './provide-awslambda.ts';
import type { WorkerAnswer, WorkerPart, WorkerRequest, WorkerSetup } from './worker.ts';

export interface FunctionSettings {
  readonly name: string;
  readonly arn: string;
  /** Module file and export of the handler. */
  readonly moduleFile: string;
  readonly exportName: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** Executions at once that are reserved for it; undefined: none are. */
  readonly reserved?: number | undefined;
  readonly logFile: string;
}

/** Takes a response as it comes. */
export interface StreamReader extends StreamTarget {
  /** Aborts when whoever reads it has gone. */
  readonly signal: AbortSignal;
}

export interface InvocationError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** What an invocation gave: JSON text (undefined for no value) or an error. */
export type InvocationResult =
  | { readonly payload: string | undefined; readonly error?: undefined }
  | { readonly error: InvocationError; readonly payload?: undefined };

export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  /** Number of warm workers. */
  workers(): number;
  /** What a handler that streams has to say goes to `reader`, if there is one, before the result. */
  invoke(payload: string, reader?: StreamReader): Promise<InvocationResult>;
  stop(): Promise<void>;
}

/** Execution environments of one function: as many as two cores carry. */
export const MAX_WORKERS = 2;

const throttled: InvocationError = { errorType: 'TooManyRequestsException', errorMessage: 'Rate Exceeded.' };

interface Environment {
  run(payload: string, reader?: StreamReader): Promise<InvocationResult>;
  alive(): boolean;
  stop(): Promise<unknown>;
}

/**
 * A function of the template in worker threads: started on demand, kept warm, one invocation at a time in each. Lines of its
 * standard output go to its log file and to `onLine`.
 */
export function runFunction(
  settings: FunctionSettings,
  log: (line: string) => void,
  onLine: (line: string) => void,
): LambdaFunction {
  const logStream = createWriteStream(settings.logFile, { flags: 'a' });
  const environments = new Set<Environment>();
  const idle: Environment[] = [];
  const waiting: ((environment: Environment) => void)[] = [];
  let isStopped = false;
  let running = 0;
  const { reserved } = settings;

  const acquire = (): Environment | Promise<Environment> => {
    const warm = idle.pop();
    if (warm) return warm;
    if (environments.size < (reserved ?? MAX_WORKERS)) return started();
    return new Promise((resolve) => waiting.push(resolve));
  };
  const started = () => {
    const environment = startEnvironment(settings, logStream, onLine);
    environments.add(environment);
    return environment;
  };
  const release = (environment: Environment) => {
    if (!environment.alive()) environments.delete(environment);
    const next = waiting.shift();
    // After a stop whoever waits gets an environment that is gone, and its error.
    if (next) next(environment.alive() || isStopped ? environment : started());
    else if (environment.alive()) idle.push(environment);
  };

  return {
    name: settings.name,
    arn: settings.arn,
    workers: () => environments.size,
    invoke: async (payload, reader) => {
      if (running === reserved) return { error: throttled };
      running += 1;
      const environment = await acquire();
      const result = await environment.run(payload, reader);
      release(environment);
      running -= 1;
      // The message may name what the function's own log may name; the terminal gets the kind and the place.
      if (result.error && !isStopped)
        log(`${settings.name} failed with ${result.error.errorType}; see ${settings.logFile}`);
      return result;
    },
    stop: async () => {
      isStopped = true;
      await Promise.all([...environments].map((environment) => environment.stop()));
      logStream.end();
    },
  };
}

function startEnvironment(
  settings: FunctionSettings,
  logStream: WriteStream,
  onLine: (line: string) => void,
): Environment {
  const setup: WorkerSetup = {
    moduleFile: settings.moduleFile,
    exportName: settings.exportName,
    functionName: settings.name,
    functionArn: settings.arn,
    memoryMb: settings.memoryMb,
  };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: setup,
    env: settings.environment,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: settings.memoryMb },
  });
  worker.stdout.pipe(logStream, { end: false });
  createInterface({ input: worker.stdout }).on('line', onLine);
  worker.stderr.pipe(logStream, { end: false });
  let alive = true;
  let finish: ((result: InvocationResult) => void) | undefined;
  let reading: StreamReader | undefined;
  const end = (error: InvocationError) => {
    // A worker that is stopped or timed out exits too: only the first end is one.
    if (!alive) return;
    alive = false;
    logStream.write(`${JSON.stringify(error)}\n`);
    finish?.({ error });
  };
  worker.on('message', (answer: WorkerAnswer | WorkerPart) => {
    if ('head' in answer) return reading?.head(answer.head);
    if ('chunk' in answer) return reading?.chunk(answer.chunk);
    if (answer.error) logStream.write(`${JSON.stringify({ ...answer.error, requestId: answer.requestId })}\n`);
    finish?.(answer.error ? { error: answer.error } : { payload: answer.payload });
  });
  worker.on('error', (error: Error) => end({ errorType: error.name, errorMessage: error.message }));
  worker.on('exit', (code) =>
    end({ errorType: 'Runtime.ExitError', errorMessage: `Runtime exited with code ${code}` }),
  );

  return {
    alive: () => alive,
    stop: () => {
      alive = false;
      finish?.({ error: { errorType: 'Runtime.ExitError', errorMessage: 'The system was stopped' } });
      return worker.terminate();
    },
    run: async (payload, reader) => {
      if (!alive)
        return { error: { errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited before the invocation' } };
      const result = new Promise<InvocationResult>((resolve) => {
        finish = resolve;
      });
      const timeoutMs = settings.timeoutSeconds * 1000;
      const timer = setTimeout(() => {
        end({
          errorType: 'Sandbox.Timedout',
          errorMessage: `Task timed out after ${settings.timeoutSeconds}.00 seconds`,
        });
        worker.terminate();
      }, timeoutMs);
      const request: WorkerRequest = { requestId: randomUUID(), payload, deadline: Date.now() + timeoutMs };
      worker.postMessage(request);
      const hangUp = () => worker.postMessage(HUNG_UP);
      reader?.signal.addEventListener('abort', hangUp);
      if (reader?.signal.aborted) hangUp();
      reading = reader;
      return result.finally(() => {
        clearTimeout(timer);
        reader?.signal.removeEventListener('abort', hangUp);
        finish = undefined;
        reading = undefined;
      });
    },
  };
}
