import type { ControlAnswer } from '../services/serve-aws-calls.ts';

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/**
 * Lambda's API to invoke a function asynchronously (invocation type Event), which no caller here waits for.
 * Undefined: the call is none of it.
 */
export function answerInvocations(invoke: (name: string, payload: string) => void) {
  return (method: string, path: string, body: string): ControlAnswer | undefined => {
    const [, name] = PATH.exec(path) ?? [];
    if (method !== 'POST' || name === undefined) return undefined;
    invoke(decodeURIComponent(name), body || '{}');
    return { status: 202, body: '' };
  };
}
