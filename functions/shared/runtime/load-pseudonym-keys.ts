import { getSecret } from '@aws-lambda-powertools/parameters/secrets';
import { ConfigurationError } from '#core/errors.ts';
import type { PseudonymKeys } from '#core/pseudonym-keys.ts';
import { readResource } from './config.ts';

/** A rotated key is in use after at most this long. */
const MAX_AGE_SECONDS = 300;

/** What was read last: parsed once, because the imported form of a key is cached by its buffer. */
let last: { readonly secret: string; readonly keys: PseudonymKeys } | undefined;

/**
 * The keys in the secret {"current": "<version>", "<version>": "<key text>", …}.
 * @throws {ConfigurationError} when the secret has another form
 */
export async function loadPseudonymKeys(): Promise<PseudonymKeys> {
  const secret = await getSecret(readResource('pseudonymKeysSecret'), { maxAge: MAX_AGE_SECONDS });
  if (typeof secret !== 'string') throw malformed();
  if (last?.secret !== secret) last = { secret, keys: parseKeys(secret) };
  return last.keys;
}

function parseKeys(secret: string): PseudonymKeys {
  let parsed: unknown;
  try {
    parsed = JSON.parse(secret);
  } catch {
    throw malformed(); // the parser's own message quotes the secret
  }
  const { current, ...keys } = (parsed ?? {}) as Record<string, unknown>;
  const entries = Object.entries(keys).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  if (typeof current !== 'string' || !entries.some(([version]) => version === current)) throw malformed();
  return { current, keys: new Map(entries.map(([version, key]) => [version, Buffer.from(key, 'utf8')])) };
}

const malformed = () =>
  new ConfigurationError('pseudonym keys: expected a secret that holds the key of its current version');
