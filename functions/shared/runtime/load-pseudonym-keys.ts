import { getSecret } from '@aws-lambda-powertools/parameters/secrets';
import { ConfigurationError } from '#core/errors.ts';
import type { PseudonymKeys } from '#core/pseudonym-keys.ts';
import { readResource } from './config.ts';

/** A rotated key is in use after at most this long. */
const MAX_AGE_SECONDS = 300;

/**
 * The keys in the secret {"current": "<version>", "<version>": "<key text>", …}.
 * @throws {ConfigurationError} when the secret has another form
 */
export async function loadPseudonymKeys(): Promise<PseudonymKeys> {
  const secret: unknown = await getSecret(readResource('pseudonymKeysSecret'), {
    transform: 'json',
    maxAge: MAX_AGE_SECONDS,
  });
  const { current, ...keys } = (secret ?? {}) as Record<string, unknown>;
  const entries = Object.entries(keys).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  if (typeof current !== 'string' || !entries.some(([version]) => version === current)) {
    throw new ConfigurationError('pseudonym keys: expected a secret that holds the key of its current version');
  }
  return { current, keys: new Map(entries.map(([version, key]) => [version, Buffer.from(key, 'utf8')])) };
}
