import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalSystem, startSystem } from '../../local/start-system.ts';
import { functionResource, writeAssembly } from './write-assembly.ts';

const seen = join(mkdtempSync(join(tmpdir(), 'seen-')), 'hung-up');
const streaming = `
  import { writeFileSync } from 'node:fs';
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
    const { do: what } = event.queryStringParameters ?? {};
    if (what === 'throw') throw new Error('asked to');
    if (what === 'plain') { stream.setContentType('text/plain'); stream.write('plain'); return stream.end(); }
    const response = awslambda.HttpResponseStream.from(stream, { statusCode: 203, headers: { 'x-own': event.rawPath }, cookies: ['a=1', 'b=2'] });
    response.write('first;');
    if (what === 'late head') awslambda.HttpResponseStream.from(stream, { statusCode: 500 });
    if (what === 'break') throw new Error('asked to');
    if (what === 'unended') return;
    let gone = false;
    stream.once('close', () => { gone = true; });
    for (let n = 0; n < (what === 'long' ? 100 : 3) && !gone; n += 1) { await sleep(50); response.write(n + ';'); }
    if (gone) return writeFileSync(process.env.SEEN, 'gone');
    response.end(String(context.getRemainingTimeInMillis() > 0));
  });`;

const url = (more: object = {}) => ({
  Type: 'AWS::Lambda::Url',
  Properties: {
    ...{ AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM', TargetFunctionArn: { 'Fn::GetAtt': ['Fn', 'Arn'] } },
    ...{ Cors: { AllowOrigins: ['http://shop.example'], AllowMethods: ['GET'] }, ...more },
  },
});
const assembly = (more: object = {}) =>
  writeAssembly({
    stacks: {
      S: {
        Resources: {
          Fn: functionResource('stream', {
            ReservedConcurrentExecutions: 2,
            Timeout: 3,
            Environment: { Variables: { SEEN: seen } },
          }),
          Url: url(more),
        },
      },
    },
    functions: { stream: streaming },
  });
const start = (cdkOut: string) =>
  startSystem({ cdkOut, dataDir: mkdtempSync(join(tmpdir(), 'function-url-')), port: 0, log: () => {} });

let system: LocalSystem;
beforeAll(async () => {
  system = await start(assembly());
});
afterAll(() => system?.stop());
const ask = (path = '', init: RequestInit = {}) => fetch(new URL(path, system.outputs.liveUrl!), init);

it('sends what is written as it is written, with the status, headers and cookies of the first write', async () => {
  const answer = await ask('some/path');
  expect([answer.status, answer.headers.get('x-own')]).toEqual([203, '/some/path']);
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  const parts: string[] = [];
  for await (const bytes of answer.body!) parts.push(Buffer.from(bytes).toString());
  expect(parts.length).toBeGreaterThan(2);
  expect(parts.join('')).toBe('first;0;1;2;true');
});

it('is 200 of the content type that was set, where nothing else was', async () => {
  const answer = await ask('?do=plain');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain']);
  expect(await answer.text()).toBe('plain');
});

it('is 502 where the handler throws before it writes', async () => {
  expect((await ask('?do=throw')).status).toBe(502);
});

it.each(['break', 'unended', 'late head'])('is cut off where it fails after that: %s', async (what) => {
  const answer = await ask(`?do=${what}`);
  expect(answer.status).toBe(203);
  await expect(answer.text()).rejects.toThrow();
});

it('is cut off at the timeout of the function', async () => {
  const answer = await ask('?do=long');
  const began = performance.now();
  await expect(answer.text()).rejects.toThrow();
  expect(performance.now() - began).toBeLessThan(4_000);
});

it('tells the handler of a client that has gone', async () => {
  const abort = new AbortController();
  const answer = await ask('?do=long', { signal: abort.signal });
  await answer.body!.getReader().read();
  abort.abort();
  await expect.poll(() => readSafely(seen), { timeout: 2_000 }).toBe('gone');
});

function readSafely(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // not yet
  }
}

it('is 429 past the executions that are reserved, and serves again when one is over', async () => {
  const abort = new AbortController();
  const long = await Promise.all([1, 2].map(() => ask('?do=long', { signal: abort.signal })));
  expect(long.map(({ status }) => status)).toEqual([203, 203]);
  expect((await ask()).status).toBe(429);
  abort.abort();
  await sleep(200);
  const again = await ask();
  expect(again.status).toBe(203);
  await again.text();
});

it('answers a preflight itself, for the origins of its rules', async () => {
  const preflight = (origin: string) => ask('', { method: 'OPTIONS', headers: { origin } });
  const allowed = await preflight('http://shop.example');
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, 'http://shop.example']);
  expect((await preflight('http://other.example')).headers.get('access-control-allow-origin')).toBeNull();
});

it.each([{ AuthType: 'AWS_IAM' }, { InvokeMode: 'BUFFERED' }])('that asks for %j stops the start', async (more) => {
  await expect(start(assembly(more))).rejects.toThrow(/Function URL Url: the local runner serves/);
});
