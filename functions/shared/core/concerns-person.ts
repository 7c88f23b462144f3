import { pseudonymIn } from './erased-identities.ts';
import type { Json } from './event.ts';
import type { Forgetting } from './forget-person.ts';
import { maskEmail } from './maskers/mask-email.ts';
import { maskPhone } from './maskers/mask-phone.ts';
import type { PseudonymKeys } from './pseudonym-keys.ts';
import { makePseudonymize, type Pseudonymize } from './pseudonymize.ts';

const names = {
  customer: /^customer_?id$/i,
  anonymous: /^anonymous_?id$/i,
  email: /^e-?mail$/i,
  phone: /^phone$/i,
};

/**
 * Whether a message's body, which may be no valid event, is of the person: by ids and by the pseudonyms under every key
 * version of its addresses and numbers, wherever it has them. A body that is not JSON by an id in quotes.
 */
export function concernsPerson(body: string, person: Forgetting, keys: PseudonymKeys): boolean {
  let parsed: Json;
  try {
    parsed = JSON.parse(body);
  } catch {
    const ids = [...person.customers.keys(), ...person.anonymous.keys()];
    return ids.some((id) => body.includes(JSON.stringify(id)));
  }
  const versions = [...keys.keys.keys()].map((current) => makePseudonymize({ ...keys, current }));
  return namesPerson(parsed, person, versions);
}

/** As `concernsPerson`, of a masked view. */
export function viewConcernsPerson(view: Json, person: Forgetting): boolean {
  return namesPerson(view, person, []);
}

/** Without recursion: what was refused may be nested as deep as 256 KiB allow. */
function namesPerson(root: Json, person: Forgetting, versions: readonly Pseudonymize[]): boolean {
  const open: Json[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (value === null || typeof value !== 'object') continue;
    for (const [name, member] of Object.entries(value)) {
      if (isOfPerson(name, member, person, versions)) return true;
      open.push(member);
    }
  }
  return false;
}

function isOfPerson(name: string, value: Json, person: Forgetting, versions: readonly Pseudonymize[]): boolean {
  if (typeof value === 'object') return person.pseudonyms.has(pseudonymIn(value) ?? '');
  const text = String(value);
  if (names.customer.test(name)) return person.customers.has(text);
  if (names.anonymous.test(name)) return person.anonymous.has(text);
  const mask = names.email.test(name) ? maskEmail : names.phone.test(name) ? maskPhone : undefined;
  return mask !== undefined && versions.some((pseudonymize) => person.pseudonyms.has(mask(text, pseudonymize).hmac));
}
