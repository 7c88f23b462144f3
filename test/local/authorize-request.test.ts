import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { authorizeRequest } from '../../local/api/authorize-request.ts';

const now = new Date('2026-03-01T12:00:00Z');
const seconds = now.getTime() / 1000;
const rules = { issuer: 'https://issuer.test/', audience: ['analytics'], scopes: ['analytics:read'] };
const good = {
  iss: rules.issuer,
  aud: 'analytics',
  exp: seconds + 60,
  iat: seconds - 60,
  scope: 'other analytics:read',
};

let own: Awaited<ReturnType<typeof generateKeyPair>>;
let other: typeof own;
beforeAll(async () => {
  [own, other] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
});

const sign = (claims: JWTPayload, key = own.privateKey) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(key);
const ask = async (header: string | undefined, asked = rules) =>
  authorizeRequest(header, asked, { ...(await exportJWK(own.publicKey)), alg: 'RS256' }, now);

test('a good token passes, and its claims are text', async () => {
  expect(await ask(`Bearer ${await sign({ ...good, aud: ['x', 'analytics'] })}`)).toEqual({
    jwt: {
      claims: { ...good, aud: '[x analytics]', exp: String(good.exp), iat: String(good.iat) },
      scopes: ['analytics:read'],
    },
  });
});

describe('accepted', () => {
  test.each<[string, JWTPayload]>([
    ['client_id in place of aud', { ...good, aud: undefined, client_id: 'analytics' }],
    ['scp in place of scope', { ...good, scope: undefined, scp: 'analytics:read' }],
    ['a list of scopes', { ...good, scope: ['analytics:read', 'x'] }],
  ])('%s', async (_name, claims) => {
    expect(await ask(`bearer ${await sign(claims)}`)).toHaveProperty('jwt');
  });
});

describe('401', () => {
  test.each<[string, JWTPayload]>([
    ['expired', { ...good, exp: seconds - 1 }],
    ['without an end', { ...good, exp: undefined }],
    ['not yet valid', { ...good, nbf: seconds + 60 }],
    ['issued in the future', { ...good, iat: seconds + 60 }],
    ['another issuer', { ...good, iss: 'https://issuer.test' }],
    ['another audience', { ...good, aud: 'other' }],
    ['no audience', { ...good, aud: undefined }],
  ])('%s', async (_name, claims) => {
    expect(await ask(`Bearer ${await sign(claims)}`)).toMatchObject({ status: 401, message: 'Unauthorized' });
  });

  test('another key', async () => {
    expect(await ask(`Bearer ${await sign(good, other.privateKey)}`)).toMatchObject({ status: 401 });
  });

  test('claims changed after signing', async () => {
    const [header, , signature] = (await sign(good)).split('.');
    const forged = Buffer.from(JSON.stringify({ ...good, scope: 'analytics:admin' })).toString('base64url');
    expect(await ask(`Bearer ${header}.${forged}.${signature}`)).toMatchObject({ status: 401 });
  });

  test('an algorithm that is none, or symmetric under the public key', async () => {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    expect(await ask(`Bearer ${encode({ alg: 'none' })}.${encode(good)}.`)).toMatchObject({ status: 401 });
    const secret = Buffer.from(JSON.stringify(await exportJWK(own.publicKey)));
    const symmetric = await new SignJWT(good).setProtectedHeader({ alg: 'HS256' }).sign(secret);
    expect(await ask(`Bearer ${symmetric}`)).toMatchObject({ status: 401 });
  });

  test.each([undefined, '', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'Bearer a.b.c', 'Bearer a.b'])(
    'header %s',
    async (header) => {
      expect(await ask(header)).toMatchObject({ status: 401 });
    },
  );
});

describe('403', () => {
  test.each([
    ['another scope', 'analytics:admin'],
    ['no scope', undefined],
    ['part of a scope', 'analytics:readonly'],
  ])('%s', async (_name, scope) => {
    expect(await ask(`Bearer ${await sign({ ...good, scope })}`)).toMatchObject({ status: 403, message: 'Forbidden' });
  });
});

test('a route without scopes takes any valid token', async () => {
  const token = await sign({ ...good, scope: undefined });
  expect(await ask(`Bearer ${token}`, { ...rules, scopes: [] })).toMatchObject({ jwt: { scopes: null } });
});
