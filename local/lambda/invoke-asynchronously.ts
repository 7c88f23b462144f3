import { setTimeout as sleep } from 'node:timers/promises';
import type { Queues } from '../queues/start-queues.ts';
import type { Deployment } from '../template/deploy-template.ts';
import type { LambdaFunction } from './run-function.ts';

interface InvokeConfig {
  readonly FunctionName: string;
  readonly MaximumRetryAttempts?: number;
  readonly DestinationConfig?: { readonly OnFailure?: { readonly Destination: string } };
}

/** Invokes as Lambda does for a caller who does not wait. Resolves when the run succeeded or was given up. */
export type InvokeAsynchronously = (fn: LambdaFunction, payload: string) => Promise<void>;

export interface AsynchronousOptions {
  readonly queues: Pick<Queues, 'send'>;
  /** Before the first and the second retry; Lambda waits one minute and two. */
  readonly retryDelaysMs: readonly number[];
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/**
 * Failed runs are tried again as often as the templates' invoke configurations say, and what fails in the end goes to their
 * queue, as `{requestPayload, responsePayload}`: what else Lambda writes there nobody here reads.
 */
export function invokeAsynchronously(
  deployment: Deployment,
  { queues, retryDelaysMs, signal }: AsynchronousOptions,
): InvokeAsynchronously {
  const configs = deployment
    .of('AWS::Lambda::EventInvokeConfig')
    .map((resource) => resource.properties() as unknown as InvokeConfig);
  return async (fn, payload) => {
    const config = configs.find(({ FunctionName }) => FunctionName === fn.name);
    const retries = Number(config?.MaximumRetryAttempts ?? retryDelaysMs.length);
    for (let attempt = 0; ; attempt += 1) {
      const { error } = await fn.invoke(payload);
      if (!error || signal.aborted) return;
      if (attempt === retries) {
        const failed = { requestPayload: JSON.parse(payload), responsePayload: { errorType: error.errorType } };
        const queue = config?.DestinationConfig?.OnFailure?.Destination;
        if (queue) queues.send(queue, JSON.stringify(failed));
        return;
      }
      await sleep(retryDelaysMs[attempt] ?? 0, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
    }
  };
}
