import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** The identity provider of this machine: its key lives as long as the process. */
export interface TokenIssuer {
  readonly publicKey: JWK;
  /** A signed access token; `scope` is space-separated, `expiresIn` a span as `5 s`. Default: 30 days. */
  mint(issuer: string, audience: string, scope: string, expiresIn?: string): Promise<string>;
}

const ALGORITHM = 'RS256';

export async function startIssuer(): Promise<TokenIssuer> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM);
  return {
    publicKey: { ...(await exportJWK(publicKey)), alg: ALGORITHM },
    mint: (issuer, audience, scope, expiresIn = '30 days') =>
      new SignJWT({ scope, client_id: 'local' })
        .setProtectedHeader({ alg: ALGORITHM })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject('local')
        .setIssuedAt()
        .setExpirationTime(expiresIn)
        .sign(privateKey),
  };
}
