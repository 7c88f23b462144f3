import type { ControlAnswer } from '../services/serve-aws-calls.ts';
import type { InvocationResult } from './run-function.ts';

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/**
 * Lambda's API to invoke a function asynchronously (invocation type Event), which no caller here waits for; a failure is
 * in the function's log and is not tried again. Undefined: the call is none of it.
 */
export function answerInvocations(invoke: (name: string, payload: unknown) => Promise<InvocationResult>) {
  return (method: string, path: string, body: string): ControlAnswer | undefined => {
    const [, name] = PATH.exec(path) ?? [];
    if (method !== 'POST' || name === undefined) return undefined;
    void invoke(decodeURIComponent(name), body ? JSON.parse(body) : {});
    return { status: 202, body: '' };
  };
}
