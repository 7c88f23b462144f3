import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { PseudonymKeys } from './pseudonym-keys.ts';

/** 144 bits: 128 are asked for, and 18 bytes fill 24 characters of base64url. */
const DIGEST_BYTES = 18;

/** What a value is a pseudonym of; the same text under two domains has two pseudonyms that no one can link. */
export type PseudonymDomain = 'email' | 'userAgent' | 'phone' | 'tracking';

/** A keyed digest in place of a value, and the version of the key, so that it stays comparable after a rotation. */
export interface Pseudonym {
  readonly hmac: string;
  readonly key: string;
}
export type Pseudonymize = (domain: PseudonymDomain, value: string) => Pseudonym;

/** A digest under a Buffer imports the key each time, which takes 11 of 13 µs. */
const imported = new WeakMap<Buffer, KeyObject>();
function importKey(key: Buffer): KeyObject {
  const known = imported.get(key) ?? createSecretKey(key);
  imported.set(key, known);
  return known;
}

/** HMAC-SHA256 (RFC 2104), base64url of 144 bits. The NUL ends the domain: no value can imitate another domain's. */
export function keyedDigest(domain: PseudonymDomain | 'content' | 'erased', value: string, key: Buffer): string {
  return createHmac('sha256', importKey(key))
    .update(`${domain}\0${value}`)
    .digest()
    .toString('base64url', 0, DIGEST_BYTES);
}

/** Key under which new pseudonyms are made. Throws with the version's name where the keys do not hold it. */
export function currentKey({ current, keys }: PseudonymKeys): Buffer {
  const key = keys.get(current);
  if (!key) throw new Error(`pseudonym keys: no key of the current version ${current}`);
  return key;
}

export function makePseudonymize(keys: PseudonymKeys): Pseudonymize {
  const key = currentKey(keys);
  return (domain, value) => ({ hmac: keyedDigest(domain, value, key), key: keys.current });
}
