import { importJWK, type JWK, type JWTPayload, jwtVerify } from 'jose';
import { ACCOUNT } from '../template/resource-attributes.ts';

/** `JwtConfiguration` of an authorizer, with the scopes of the route: any one of them suffices. */
export interface JwtRules {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
}

/** What the handler sees as `requestContext.authorizer`. Claims are text, as HTTP APIs make them. */
export interface Authorized {
  readonly jwt: { readonly claims: Readonly<Record<string, string>>; readonly scopes: readonly string[] | null };
}

/** What the handler sees where IAM authorized. */
export interface IamAuthorized {
  readonly iam: Readonly<Record<string, unknown>>;
}

/** The one caller that there is on this machine. */
export const localCaller: IamAuthorized = {
  iam: {
    accessKey: 'LOCAL',
    accountId: ACCOUNT,
    callerId: 'LOCAL',
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: `arn:aws:iam::${ACCOUNT}:user/local`,
    userId: 'LOCAL',
  },
};

export interface Refusal {
  readonly status: 401 | 403;
  readonly message: 'Unauthorized' | 'Forbidden';
  readonly challenge: string;
}

const unauthorized: Refusal = { status: 401, message: 'Unauthorized', challenge: 'Bearer' };

/**
 * Checks a bearer token as an HTTP API's JWT authorizer does: signature (RSA only), issuer, audience or client_id, times, and
 * that it has one of the route's scopes.
 */
export async function authorizeRequest(
  header: string | undefined,
  rules: JwtRules,
  publicKey: JWK,
  now: Date,
): Promise<Authorized | Refusal> {
  const token = header?.replace(/^bearer\s+/i, '').trim();
  if (!token) return unauthorized;
  const claims = await verify(token, rules, publicKey, now);
  if (!claims) return { ...unauthorized, challenge: 'Bearer error="invalid_token"' };
  const granted = String(claims.scope ?? claims.scp ?? '')
    .split(/[\s,]+/)
    .filter(Boolean);
  if (rules.scopes.length > 0 && !rules.scopes.some((scope) => granted.includes(scope))) {
    const challenge = `Bearer scope="${rules.scopes.join(' ')}" error="insufficient_scope"`;
    return { status: 403, message: 'Forbidden', challenge };
  }
  return { jwt: { claims: asText(claims), scopes: rules.scopes.length > 0 ? rules.scopes : null } };
}

async function verify(token: string, rules: JwtRules, publicKey: JWK, now: Date): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtVerify(token, await importJWK(publicKey), {
      algorithms: ['RS256', 'RS384', 'RS512'],
      issuer: rules.issuer,
      currentDate: now,
      requiredClaims: ['exp'],
    });
    const audience = payload.aud ?? payload.client_id;
    const named = Array.isArray(audience) ? audience : [audience];
    const begun = payload.iat === undefined || payload.iat <= now.getTime() / 1000;
    return begun && named.some((one) => rules.audience.includes(String(one))) ? payload : undefined;
  } catch {
    return undefined;
  }
}

function asText(claims: JWTPayload): Record<string, string> {
  const text = (value: unknown) => (Array.isArray(value) ? `[${value.join(' ')}]` : String(value));
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, text(value)]));
}
