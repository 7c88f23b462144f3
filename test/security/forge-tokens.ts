import { createHmac } from 'node:crypto';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** Issuer and audience of stage `local` (lib/settings.ts). */
const good = { iss: 'https://issuer.analytics.local/', aud: 'analytics', sub: 'test', client_id: 'test' };

export interface Tokens {
  readonly publicKey: Awaited<ReturnType<typeof exportJWK>>;
  /** A good one with this scope. */
  mint(scope: string | undefined): Promise<string>;
  /** `authorization` headers that claim the scope and must not be believed, by what is wrong with them. */
  forge(scope: string): Promise<Readonly<Record<string, string>>>;
}

export async function makeTokens(): Promise<Tokens> {
  const own = await generateKeyPair('RS256', { extractable: true });
  const [other, elliptic, pss] = await Promise.all(['RS256', 'ES256', 'PS256'].map((alg) => generateKeyPair(alg)));
  const publicKey = { ...(await exportJWK(own.publicKey)), alg: 'RS256' };
  const now = Math.floor(Date.now() / 1000);
  const claims = { ...good, iat: now - 60, exp: now + 600 };
  const sign = (changes: JWTPayload, key = own.privateKey, header: object = {}, alg = 'RS256') =>
    new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg, ...header }).sign(key);

  const forge = async (scope: string) => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const unsigned = (header: object) => `${encode(header)}.${encode({ ...claims, scope })}`;
    const hmac = (secret: string) => {
      const signed = unsigned({ alg: 'HS256', typ: 'JWT' });
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
    };
    const [header, , signature] = (await sign({ scope: 'openid' })).split('.');
    const valid = await sign({ scope });
    const tokens: Record<string, string> = {
      'expired an hour ago': await sign({ scope, exp: now - 3600 }),
      'expired a second ago': await sign({ scope, exp: now - 1 }),
      'never expires': await sign({ scope, exp: undefined }),
      'not yet valid': await sign({ scope, nbf: now + 300 }),
      'issued later': await sign({ scope, iat: now + 300 }),
      'another issuer': await sign({ scope, iss: 'https://issuer.example/' }),
      'the issuer without its slash': await sign({ scope, iss: good.iss.slice(0, -1) }),
      'no issuer': await sign({ scope, iss: undefined }),
      'another audience': await sign({ scope, aud: 'somebody', client_id: 'analytics' }),
      'an audience that begins alike': await sign({ scope, aud: 'analytics-admin' }),
      'no audience': await sign({ scope, aud: undefined, client_id: undefined }),
      'another key': await sign({ scope }, other!.privateKey),
      'another key in its own header': await sign({ scope }, other!.privateKey, {
        jwk: await exportJWK(other!.publicKey),
      }),
      'a key at a URL of its own': await sign({ scope }, other!.privateKey, { jku: 'http://127.0.0.1:1/keys' }),
      'a key id that is a path': await sign({ scope }, other!.privateKey, { kid: '../../../../dev/null' }),
      'another algorithm, elliptic': await sign({ scope }, elliptic!.privateKey, {}, 'ES256'),
      'another algorithm, PSS': await sign({ scope }, pss!.privateKey, {}, 'PS256'),
      'algorithm none': `${unsigned({ alg: 'none' })}.`,
      'algorithm None, with a signature': `${unsigned({ alg: 'None' })}.${signature}`,
      'HS256 under the public key in PEM': hmac(await exportSPKI(own.publicKey)),
      'HS256 under the public key in JSON': hmac(JSON.stringify(publicKey)),
      'HS256 under nothing': hmac(''),
      'claims changed after signing': `${header}.${encode({ ...claims, scope })}.${signature}`,
      'its signature cut off': valid.split('.').slice(0, 2).join('.'),
      'its signature emptied': `${valid.split('.').slice(0, 2).join('.')}.`,
      'its signature a byte short': valid.slice(0, -2),
      'no token at all in it': '',
      'three words': 'a.b.c',
      'text that is no base64': '%%%.%%%.%%%',
      'another header before it': `Bearer ${valid}`,
    };
    const headers = Object.fromEntries(Object.entries(tokens).map(([what, token]) => [what, `Bearer ${token}`]));
    return { ...headers, 'by name and password': `Basic ${Buffer.from('admin:admin').toString('base64')}` };
  };
  return { publicKey, mint: (scope) => sign({ scope }), forge };
}
