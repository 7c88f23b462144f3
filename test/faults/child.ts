import { pathToFileURL } from 'node:url';

/** Stands for a Lambda environment: the handler as it is deployed, in a process that can be killed. */
export interface Invocation {
  readonly event: unknown;
  /** Until the invocation would be stopped. */
  readonly remainingMs: number;
}
export interface Answer {
  readonly failedIds?: readonly string[];
  readonly error?: string;
}

const [bundle] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(bundle!).href);

process.on('message', async ({ event, remainingMs }: Invocation) => {
  const end = performance.now() + remainingMs;
  const context = {
    ...{ awsRequestId: 'request', functionName: 'ingest', memoryLimitInMB: '512', functionVersion: '1' },
    ...{ invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:ingest' },
    ...{ logGroupName: 'logs', logStreamName: 'stream', callbackWaitsForEmptyEventLoop: false },
    getRemainingTimeInMillis: () => end - performance.now(),
  };
  process.send?.(await answer(event, context));
});
process.send?.('ready');

async function answer(event: unknown, context: object): Promise<Answer> {
  try {
    const { batchItemFailures } = await handler(event, context);
    return { failedIds: batchItemFailures.map((item: { itemIdentifier: string }) => item.itemIdentifier) };
  } catch (error) {
    return { error: error instanceof Error ? error.name : 'unknown' };
  }
}
