import { pathToFileURL } from 'node:url';

/** Stands for a Lambda environment: the job's bundle as it is deployed, in a process that can be killed. */
export interface JobInvocation {
  readonly payload: object;
  readonly requestId: string;
  /** Until the invocation would be stopped. */
  readonly remainingMs: number;
}
export interface JobAnswer {
  readonly result?: unknown;
  /** Name of the error. */
  readonly error?: string;
}

const [bundle, functionName] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(bundle!).href);

process.on('message', async ({ payload, requestId, remainingMs }: JobInvocation) => {
  const end = performance.now() + remainingMs;
  const context = {
    ...{ awsRequestId: requestId, functionName, memoryLimitInMB: '512', functionVersion: '1' },
    ...{ invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}` },
    ...{ logGroupName: 'logs', logStreamName: 'stream', callbackWaitsForEmptyEventLoop: false },
    getRemainingTimeInMillis: () => end - performance.now(),
  };
  const answer: JobAnswer = await handler(payload, context).then(
    (result: unknown) => ({ result }),
    (error: unknown) => ({ error: error instanceof Error ? error.name : 'unknown' }),
  );
  process.send?.(answer);
});
process.send?.('ready');
