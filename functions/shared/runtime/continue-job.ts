import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

/**
 * Invokes the function again, without waiting for it. Lambda stops a function that calls itself more than 16 times in a
 * chain: the caller counts.
 */
export async function continueJob(functionName: string, payload: object): Promise<void> {
  const client = new LambdaClient({});
  try {
    await client.send(
      new InvokeCommand({
        ...{ FunctionName: functionName, InvocationType: 'Event', Payload: JSON.stringify(payload) },
      }),
    );
  } finally {
    client.destroy();
  }
}
