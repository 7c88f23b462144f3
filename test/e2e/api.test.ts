import { createHmac } from 'node:crypto';
import { exportSPKI, type GenerateKeyPairResult, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { routes } from '#contract/routes.ts';
import { startTestSystem, type TestSystem } from '../setup/system.ts';
import { findLeaks } from './find-leaks.ts';

// The runner keeps its issuer's key to itself: these tests sign with the same pair what it would not.
const keys = vi.hoisted(() => ({}) as GenerateKeyPairResult);
vi.mock('../../local/api/issue-tokens.ts', async () => {
  const { exportJWK } = await import('jose');
  const mint = () => Promise.resolve('minted by the tests');
  return { startIssuer: async () => ({ publicKey: { ...(await exportJWK(keys.publicKey)), alg: 'RS256' }, mint }) };
});

const REVENUE = '/api/v1/analytics/revenue';
const CANARY = 'zqvparameter';
/** What stage `local` asks for (lib/settings.ts). */
const ISSUER = 'https://issuer.analytics.local/';
const AUDIENCE = 'analytics';
const now = Math.floor(Date.now() / 1000);
const claims = { iss: ISSUER, aud: AUDIENCE, iat: now - 60, exp: now + 600, scope: 'analytics:read' };

const sign = (changes: JWTPayload = {}, key = keys.privateKey) =>
  new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg: 'RS256' }).sign(key);
/** A token by hand: header and signature as no library would make them. */
function forge(header: object, signature: (signed: string) => string): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${signature(signed)}`;
}
const hmacOf = (secret: string) => (signed: string) => createHmac('sha256', secret).update(signed).digest('base64url');

let system: TestSystem;
beforeAll(async () => {
  Object.assign(keys, await generateKeyPair('RS256', { extractable: true }));
  system = await startTestSystem();
});
afterAll(() => system?.stop());

describe('a route that asks for a scope', () => {
  test.each<[string, () => Promise<string | null> | string | null, number]>([
    ['the reading scope', () => sign(), 200],
    ['the reading scope among others', () => sign({ scope: 'openid analytics:read' }), 200],
    ['no token', () => null, 401],
    ['a malformed one', () => 'not.a.token', 401],
    ['another signature', async () => sign({}, (await generateKeyPair('RS256')).privateKey), 401],
    ['a payload that was changed', async () => tamper(await sign({ scope: 'openid' })), 401],
    ['another issuer', () => sign({ iss: 'https://issuer.example/' }), 401],
    ['another audience', () => sign({ aud: 'somebody' }), 401],
    ['no audience', () => sign({ aud: undefined }), 401],
    ['one that has expired', () => sign({ exp: now - 120 }), 401],
    ['one that never expires', () => sign({ exp: undefined }), 401],
    ['one that is not valid yet', () => sign({ nbf: now + 300 }), 401],
    ['one that is issued later', () => sign({ iat: now + 300 }), 401],
    ['alg none', () => forge({ alg: 'none' }, () => ''), 401],
    ['HS256 under the public key', async () => forge({ alg: 'HS256' }, hmacOf(await exportSPKI(keys.publicKey))), 401],
    ['no scope', () => sign({ scope: undefined }), 403],
    ['another scope', () => sign({ scope: 'analytics:admin' }), 403],
    ['a scope that only begins alike', () => sign({ scope: 'analytics:read-write' }), 403],
  ])('given %s', async (_, makeToken, status) => {
    const answer = await system.get(REVENUE, await makeToken());
    expect(answer.status).toBe(status);
    const messages: Record<number, object> = { 401: { message: 'Unauthorized' }, 403: { message: 'Forbidden' } };
    expect(await answer.json()).toEqual(messages[status] ?? { data: expect.anything(), meta: expect.anything() });
  });

  const required: Readonly<Record<string, string>> = { explain: '?metric=gross' };
  test.each(routes.filter(({ scope }) => scope !== null))('$path is one', async ({ name, path }) => {
    const address = path + (required[name] ?? '');
    expect((await system.get(address, null)).status).toBe(401);
    expect((await system.get(address, await sign({ scope: 'openid' }))).status).toBe(403);
    expect((await system.get(address, await sign())).status).toBe(200);
  });
});

/** The same signature under claims that grant more. */
function tamper(token: string): string {
  const [header, , signature] = token.split('.');
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}

test('/health needs no token', async () => {
  const answer = await system.get('/health', null);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    status: 'ok',
    database: 'ok',
    migrations: expect.anything(),
    newestEventAt: null,
  });
});

test.each(['/', '/api/v1/analytics/nothing', `${REVENUE}/more`])('%s is not found', async (path) => {
  expect((await system.get(path, await sign())).status).toBe(404);
});

test.each(['POST', 'PUT', 'DELETE'])('%s is not found either', async (method) => {
  const headers = { authorization: `Bearer ${await sign()}` };
  expect((await fetch(new URL(REVENUE, system.outputs.apiUrl), { method, headers })).status).toBe(404);
});

describe('a parameter', () => {
  const paths = routes.filter(({ scope }) => scope !== null).map(({ path }) => path);
  const cases = [
    ...[`unknown=${CANARY}`, `from=${CANARY}`, `to=2026-13-01`, `timezone=${CANARY}`, `currency=${CANARY}`],
    ...[
      `granularity=${CANARY}`,
      `compare=${CANARY}`,
      'channel=',
      'from=2026-02-01&to=2026-01-01',
      'to=2026-02-01&to=2026-03-01',
    ],
  ];
  test.each(paths.flatMap((path) => cases.map((query) => [path, query])))('%s refuses ?%s', async (path, query) => {
    const answer = await system.get(`${path}?${query}`, await sign());
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const problem = (await answer.json()) as { readonly detail: string };
    const [parameter] = query!.split('=');
    expect(problem).toMatchObject({ status: 400, parameter, title: expect.any(String), type: expect.any(String) });
    expect(problem.detail).toContain(parameter);
    expect(JSON.stringify(problem)).not.toContain(CANARY);
  });

  test('that is refused leaves its value in no log', async () => {
    expect((await findLeaks(system, [CANARY])).leaks).toEqual([]);
  });
});
