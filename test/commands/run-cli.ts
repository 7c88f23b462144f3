import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outputs } from '../../local/describe-outputs.ts';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs one of the commands as `npm run` would, on the Node that runs the tests. */
export async function runCli(
  command: string,
  args: readonly string[],
  { input = '', env = {} }: { readonly input?: string; readonly env?: Record<string, string> } = {},
): Promise<Ran> {
  const file = new URL(`../../local/commands/${command}.ts`, import.meta.url).pathname;
  const child = spawn(process.execPath, [file, ...args], { env: { ...process.env, ...env } });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  child.stdin.on('error', () => undefined); // the command may end before it has read everything
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out, err };
}

export const makeDirectory = () => mkdtempSync(join(tmpdir(), 'analytics-commands-'));

/** A data directory of a system whose endpoints are all at `url`. */
export function makeDataDir(url: string, more: Partial<Outputs> = {}): string {
  const directory = makeDirectory();
  const queue = (name: string) => ({ url: `${url}/000000000000/${name}`, dlqUrl: `${url}/000000000000/dlq-${name}` });
  const outputs: Outputs = {
    apiUrl: url,
    liveUrl: null,
    token: 'token',
    adminToken: 'token',
    eventBusName: 'the-bus',
    exportBucket: '',
    endpoints: { sqs: url, s3: url, events: url, dynamodb: url },
    queues: { 'analytics.page_view': queue('views'), unmatched: queue('unmatched') },
    databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
    controlUrl: url,
    pid: process.pid,
    ...more,
  };
  writeFileSync(join(directory, 'outputs.json'), JSON.stringify(outputs));
  return directory;
}
