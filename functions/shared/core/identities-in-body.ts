import { type Identity, type IdentityKind, pseudonymIn } from './erased-identities.ts';
import type { Json } from './event.ts';
import { maskEmail } from './maskers/mask-email.ts';
import { maskPhone } from './maskers/mask-phone.ts';
import type { PseudonymKeys } from './pseudonym-keys.ts';
import { makePseudonymize } from './pseudonymize.ts';

/** Names by which senders mean these, also in events that no schema took. */
const names: readonly (readonly [IdentityKind, RegExp])[] = [
  ['customer', /^customer_?id$/i],
  ['anonymous', /^anonymous_?id$/i],
  ['email', /^e-?mail$/i],
  ['phone', /^phone$/i],
];

/**
 * Whom a message's body or a masked view names, wherever in it; an email or phone as its pseudonyms under every key
 * version. Nobody where the body is not JSON.
 */
export function identitiesInBody(body: string, keys: PseudonymKeys): Identity[] {
  let parsed: Json;
  try {
    parsed = JSON.parse(body);
  } catch {
    return [];
  }
  // Without recursion: what was refused may be nested as deep as its size allows
  const found: Identity[] = [];
  const open: Json[] = [parsed];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (value === null || typeof value !== 'object') continue;
    for (const [name, member] of Object.entries(value)) {
      const kind = names.find(([, pattern]) => pattern.test(name))?.[0];
      if (kind !== undefined) found.push(...toIdentities(kind, member, keys));
      open.push(member);
    }
  }
  return found;
}

function toIdentities(kind: IdentityKind, value: Json, keys: PseudonymKeys): Identity[] {
  const id = typeof value === 'object' ? pseudonymIn(value) : String(value);
  if (id === undefined) return [];
  if (kind === 'customer' || kind === 'anonymous' || typeof value === 'object') return [{ kind, id }];
  const mask = kind === 'email' ? maskEmail : maskPhone;
  return [...keys.keys.keys()].map((current) => ({ kind, id: mask(id, makePseudonymize({ ...keys, current })).hmac }));
}

/**
 * `own`: of a person who is to be forgotten; `shared`: names another customer beside an address or device of that
 * person; undefined: of others.
 */
export function judgeIdentities(
  identities: readonly Identity[],
  isForgotten: (identity: Identity) => boolean,
): 'own' | 'shared' | undefined {
  const forgotten = identities.filter(isForgotten);
  if (forgotten.length === 0) return undefined;
  const isOthers =
    identities.some(({ kind }) => kind === 'customer') && !forgotten.some(({ kind }) => kind === 'customer');
  return isOthers ? 'shared' : 'own';
}
