import { Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { resourceVariables } from '#contract/variables.ts';

/** By event type; the catch-all's under `unmatched`. */
export type QueuesByType = ReadonlyMap<string, IQueue>;

/** The right to send to each of the queues, and their URLs as JSON in the function's `variable`. */
export function grantQueues(handler: LambdaFunction, variable: string, queues: QueuesByType): void {
  for (const queue of queues.values()) queue.grantSendMessages(handler);
  const urls = Object.fromEntries([...queues].map(([type, queue]) => [type, queue.queueUrl]));
  handler.addEnvironment(variable, Stack.of(handler).toJsonString(urls));
}

/** What a function needs to send dead letters through their queues again: to read the originals, and to send. */
export function grantReplay(handler: LambdaFunction, queues: QueuesByType, deadLetterKey: IKey): void {
  grantQueues(handler, resourceVariables.queueUrls, queues);
  deadLetterKey.grant(handler, 'kms:Decrypt');
  handler.addEnvironment(resourceVariables.deadLetterKey, deadLetterKey.keyArn);
}
