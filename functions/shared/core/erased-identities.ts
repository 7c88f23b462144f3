import type { Json, JsonObject } from './event.ts';
import type { PseudonymKeys } from './pseudonym-keys.ts';
import { keyedDigest } from './pseudonymize.ts';

/** What a person is known by. An email or phone is its stored pseudonym, never the address or number. */
export type IdentityKind = 'customer' | 'anonymous' | 'email' | 'phone';

export interface Identity {
  readonly kind: IdentityKind;
  readonly id: string;
}

export interface IdentityDigest {
  readonly digest: string;
  readonly key_version: string;
}

/** What an erasure leaves of an identity; the NUL ends the kind. */
export function digestIdentity({ kind, id }: Identity, version: string, key: Buffer): IdentityDigest {
  return { digest: keyedDigest('erased', `${kind}\0${id}`, key), key_version: version };
}

/** Under every version, because the erasure may be older than the current key. */
export function digestUnderEveryKey(identity: Identity, { keys }: PseudonymKeys): IdentityDigest[] {
  return [...keys].map(([version, key]) => digestIdentity(identity, version, key));
}

/** Whom masked data names. */
export function identitiesIn(data: JsonObject): Identity[] {
  return [
    ...identity('customer', data.customer_id),
    ...identity('anonymous', data.anonymous_id),
    ...identity('email', pseudonymIn(data.email)),
    ...identity('phone', pseudonymIn(data.phone)),
  ];
}

function identity(kind: IdentityKind, id: Json | undefined): Identity[] {
  return typeof id === 'string' ? [{ kind, id }] : [];
}

export function pseudonymIn(value: Json | undefined): string | undefined {
  const { hmac } = (value ?? {}) as { readonly hmac?: unknown };
  return typeof hmac === 'string' ? hmac : undefined;
}
