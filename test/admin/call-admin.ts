import type { TestSystem } from '../setup/system.ts';

export interface AdminAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of the answer.
  readonly body: any;
}

export interface AdminCall {
  readonly body?: object;
  readonly key?: string;
  /** Default: the admin token; null for none. */
  readonly token?: string | null;
}

/** `METHOD /path` under `/admin/v1`, as an operator calls it on this machine. */
export async function callAdmin(
  { outputs }: Pick<TestSystem, 'outputs'>,
  call: string,
  { body, key, token = outputs.adminToken }: AdminCall = {},
): Promise<AdminAnswer> {
  const [method, path] = call.split(' ');
  const response = await fetch(new URL(`/admin/v1${path}`, outputs.apiUrl), {
    method,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...(key && { 'idempotency-key': key }),
    },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}
