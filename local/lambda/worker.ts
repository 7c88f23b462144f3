import { finished } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { HUNG_UP, isStreaming, provideAwslambda, ResponseStream, type StreamHead } from './provide-awslambda.ts';

/** What a worker thread is started with. */
export interface WorkerSetup {
  readonly moduleFile: string;
  readonly exportName: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
}

export interface WorkerRequest {
  readonly requestId: string;
  /** JSON text, as Lambda passes it. */
  readonly payload: string;
  /** Epoch milliseconds at which the invocation is stopped. */
  readonly deadline: number;
}

export interface WorkerAnswer {
  readonly requestId: string;
  readonly payload?: string | undefined;
  readonly error?: {
    readonly errorType: string;
    readonly errorMessage: string;
    readonly stackTrace: readonly string[];
  };
}

/** A part of a streamed response, before its `WorkerAnswer`. */
export type WorkerPart = { readonly head: StreamHead } | { readonly chunk: Uint8Array };

const setup = workerData as WorkerSetup;
// A thread of many: what the whole process holds is not what this function would
process.memoryUsage.rss = () => {
  const { heapTotal, external } = process.memoryUsage();
  return heapTotal + external;
};
provideAwslambda();
// A module that fails to load ends the worker, and with it the invocation that waits: what Lambda calls an init error.
const handler = (await import(pathToFileURL(setup.moduleFile).href))[setup.exportName] as (
  event: unknown,
  context: unknown,
) => unknown;
if (typeof handler !== 'function') throw new Error(`${setup.moduleFile} does not export ${setup.exportName}`);

let streaming: ResponseStream | undefined;
parentPort?.on('message', async (request: WorkerRequest | typeof HUNG_UP) => {
  if (request === HUNG_UP) streaming?.destroy();
  else parentPort?.postMessage(await answer(request));
});

const send = (part: WorkerPart) => parentPort?.postMessage(part);

async function answer({ requestId, payload, deadline }: WorkerRequest): Promise<WorkerAnswer> {
  try {
    const context = {
      awsRequestId: requestId,
      functionName: setup.functionName,
      functionVersion: '$LATEST',
      invokedFunctionArn: setup.functionArn,
      memoryLimitInMB: String(setup.memoryMb),
      logGroupName: `/aws/lambda/${setup.functionName}`,
      logStreamName: 'local',
      callbackWaitsForEmptyEventLoop: false,
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    };
    if (isStreaming(handler)) {
      streaming = new ResponseStream({ head: (head) => send({ head }), chunk: (chunk) => send({ chunk }) });
      await handler(JSON.parse(payload), streaming, context);
      // As the runtime does: what was ended may still be on its way
      if (streaming.writableEnded) await finished(streaming).catch(() => undefined);
      if (!streaming.writableFinished && !streaming.destroyed) throw new Error('Response stream is not finished.');
      return { requestId };
    }
    const result = await handler(JSON.parse(payload), context);
    return { requestId, payload: JSON.stringify(result) };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const stackTrace = (error.stack ?? '').split('\n').slice(1);
    return { requestId, error: { errorType: error.name, errorMessage: error.message, stackTrace } };
  }
}
