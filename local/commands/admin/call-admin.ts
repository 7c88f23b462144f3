import { randomUUID } from 'node:crypto';
import type { Outputs } from '../../describe-outputs.ts';
import { CommandError } from '../run-command.ts';

export interface AdminAnswer<Data> {
  readonly data: Data;
  readonly meta: { readonly nextCursor?: string | null };
}

/**
 * Calls the admin API of the system; `path` is below `/admin/v1`. A call that changes something carries an Idempotency-Key
 * of its own. Throws a CommandError with what the API said.
 */
export async function callAdmin<Data>(
  { apiUrl, adminToken }: Pick<Outputs, 'apiUrl' | 'adminToken'>,
  method: 'GET' | 'POST',
  path: string,
  { query = {}, body }: { readonly query?: Readonly<Record<string, string>>; readonly body?: object } = {},
): Promise<AdminAnswer<Data>> {
  const url = new URL(`/admin/v1${path}`, apiUrl);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${adminToken}`,
      ...(method === 'POST' && { 'idempotency-key': randomUUID() }),
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  }).catch((cause: Error) => {
    throw new CommandError(`the system at ${apiUrl} does not answer`, { cause });
  });
  const answer = (await response.json()) as AdminAnswer<Data> & { detail?: string; message?: string };
  if (!response.ok) throw new CommandError(`${answer.detail ?? answer.message ?? 'failed'} (${response.status})`);
  return answer;
}
