import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adminRoutes, type RouteRow, routes, scopes } from '#contract/routes.ts';
import { readApis } from '../../local/api/read-api.ts';
import { serveApi } from '../../local/api/serve-api.ts';
import type { LambdaFunction } from '../../local/lambda/run-function.ts';
import { listen } from '../../local/listen.ts';
import { deployTemplate } from '../../local/template/deploy-template.ts';
import { readAssembly } from '../../local/template/read-assembly.ts';
import { synthesizeForTest } from '../stacks/synthesize-for-test.ts';
import { makeTokens, type Tokens } from './forge-tokens.ts';

/** Who may call what. A route that is open, or of no known part of the API, has to be written down here. */
const open = ['GET /health', 'GET /openapi.json', 'GET /docs', 'GET /docs/{file}'];
function expectedScope(key: string): string | null {
  if (open.includes(key)) return null;
  if (/^GET \/api\/v1\/analytics\//.test(key)) return scopes.read;
  if (/^(GET|POST|DELETE) \/admin\/v1\//.test(key)) return scopes.admin;
  throw new Error(`Nobody has said who may call ${key}`);
}

const rows: readonly RouteRow[] = routes;
const queryKeys = rows.map(({ path }) => `GET ${path}`);
const adminKeys = adminRoutes.map(({ method, path }) => `${method} ${path}`);
const keys = [...queryKeys, ...adminKeys];

/** Every caller that comes with a good token or none, and the scopes that it has. */
const callers: Readonly<Record<string, string | undefined | null>> = {
  'without a token': null,
  'with a token without scope': undefined,
  'with another scope': 'openid profile',
  'with the scope in capitals': 'ANALYTICS:READ ANALYTICS:ADMIN',
  'with scopes that begin alike': 'analytics:read-write analytics:administrator analytics',
  'with the reading scope': scopes.read,
  'with the admin scope': scopes.admin,
  'with both': `openid ${scopes.admin} ${scopes.read}`,
};

const cdkOut = mkdtempSync(join(tmpdir(), 'analytics-access-'));
const invoked: string[] = [];
let tokens: Tokens;
let url: string;
let close: () => void;

beforeAll(async () => {
  tokens = await makeTokens();
  synthesizeForTest('local', {}, cdkOut);
  const places = { sqsUrl: 'http://127.0.0.1:1', s3Url: 'http://127.0.0.1:1', apiUrl: 'http://127.0.0.1:1' };
  const database = { host: '127.0.0.1', port: 1 };
  const deployment = deployTemplate(readAssembly(cdkOut), { ...places, database }, () => '');
  // The API of the templates is real, with its authorizers; behind it stands what tells that a call came through.
  const fn = (arn: string): LambdaFunction => ({
    ...{ name: arn, arn, workers: () => 0, stop: async () => {} },
    invoke: async (payload) => {
      invoked.push(JSON.parse(payload).routeKey);
      return { payload: JSON.stringify({ statusCode: 200, body: '{}' }) };
    },
  });
  const api = readApis(deployment, fn);
  const server = serveApi(() => api, tokens.publicKey);
  url = await listen(server, 0);
  close = () => server.close();
});
afterAll(() => {
  close?.();
  rmSync(cdkOut, { recursive: true, force: true });
});
beforeEach(() => {
  invoked.length = 0;
});

async function call(key: string, authorization: string | null): Promise<number> {
  const [method, path = ''] = key.split(' ');
  const headers = authorization === null ? {} : { authorization };
  const answer = await fetch(new URL(path.replaceAll(/\{\w+\}/g, '1'), url), { method, headers });
  await answer.arrayBuffer();
  return answer.status;
}

function expectedStatus(needed: string | null, granted: string | undefined | null): number {
  if (needed === null) return 200;
  if (granted === null) return 401;
  return (granted ?? '').split(' ').includes(needed) ? 200 : 403;
}

it('every row of the contract says what is expected of it', () => {
  for (const { path, scope } of rows) expect(scope, path).toBe(expectedScope(`GET ${path}`));
  expect(() => expectedScope('GET /metrics')).toThrow('Nobody has said');
  expect(() => expectedScope('POST /health')).toThrow('Nobody has said');
});

describe.each(keys)('%s', (key) => {
  it('lets in whom its scope lets in', async () => {
    for (const [caller, granted] of Object.entries(callers)) {
      const authorization = granted === null ? null : `Bearer ${await tokens.mint(granted)}`;
      const expected = expectedStatus(expectedScope(key), granted);
      invoked.length = 0;
      expect(await call(key, authorization), caller).toBe(expected);
      expect(invoked, caller).toEqual(expected === 200 ? [key] : []);
    }
  });

  it('believes no token that is forged, stale or meant for someone else', async () => {
    const scope = expectedScope(key);
    const forged = Object.entries(await tokens.forge(`${scopes.read} ${scopes.admin}`));
    expect(forged.length).toBeGreaterThan(25);
    for (const [what, authorization] of forged)
      expect(await call(key, authorization), what).toBe(scope === null ? 200 : 401);
    expect(invoked).toHaveLength(scope === null ? forged.length : 0);
  });
});

it('answers no other method, path or spelling with a function', async () => {
  const admin = `Bearer ${await tokens.mint(`${scopes.read} ${scopes.admin}`)}`;
  const others = ['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
  for (const key of queryKeys) {
    const path = key.split(' ')[1]!;
    for (const method of others) expect(await call(`${method} ${path}`, admin)).toBe(404);
    const spellings = [`${path}/`, path.toUpperCase(), `${path}%00`, `${path}/..%2f`, `${path};a=b`];
    // Below /docs is a variable: it takes any spelling, and its route says itself which files there are.
    for (const spelling of spellings.filter((one) => !/^\/docs\/[^/]+$/.test(one)))
      expect(await call(`GET ${spelling}`, admin), spelling).toBe(404);
  }
  expect(invoked).toEqual([]);
});

it('takes no token from where one does not belong', async () => {
  const token = await tokens.mint(scopes.read);
  const { path } = rows.find(({ scope }) => scope !== null)!;
  const asked = [
    fetch(new URL(`${path}?access_token=${token}&token=${token}`, url)),
    fetch(new URL(path, url), { headers: { cookie: `token=${token}`, 'x-access-token': token } }),
    fetch(new URL(path, url), { headers: { 'x-forwarded-authorization': `Bearer ${token}` } }),
  ];
  for (const { status } of await Promise.all(asked)) expect(status).toBe(401);
  expect(invoked).toEqual([]);
});

it('needs IAM for the admin API in the templates, which no bearer token is', () => {
  const { resources } = synthesizeForTest('production');
  const ofKind = (kind: string) =>
    resources('AWS::ApiGatewayV2::Route')
      .filter(({ properties }) => properties.AuthorizationType === kind)
      .map(({ properties }) => properties.RouteKey as string);
  expect(ofKind('AWS_IAM').sort()).toEqual([...adminKeys].sort());
  expect(ofKind('JWT').sort()).toEqual(queryKeys.filter((key) => !open.includes(key)).sort());
  expect(ofKind('NONE').sort()).toEqual(queryKeys.filter((key) => open.includes(key)).sort());
});
