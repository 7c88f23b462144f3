import { pseudonymIn } from './erased-identities.ts';
import type { Json, JsonObject } from './event.ts';
import type { Entries, Entry } from './facts.ts';
import type { FieldPlan } from './mask-plan.ts';
import { eventSchemas } from './validators.ts';

/** Whom to forget, and what stands in place of each id: null removes it. */
export interface Forgetting {
  readonly customers: ReadonlyMap<string, string | null>;
  readonly anonymous: ReadonlyMap<string, string | null>;
  /** Stored pseudonyms of email addresses and phone numbers. */
  readonly pseudonyms: ReadonlySet<string>;
}

/** Fields that stay, being figures' input, without the ids that a sender wrote into them (`/account/<customer id>`). */
const textFields = new Set<string>();
/** Fields about the person: no figure needs them. */
const droppedFields = new Set<string>();
for (const { plan } of eventSchemas.values()) {
  for (const [name, field] of Object.entries<FieldPlan>(plan)) {
    const kinds = personalKindsIn(field);
    const isCampaign = field.fields !== undefined && kinds.every((kind) => kind === 'freeText');
    if (kinds.length > 0) (isCampaign || field.personal === 'url' ? textFields : droppedFields).add(name);
  }
}
export const personalFields: readonly string[] = [...droppedFields];

function personalKindsIn({ personal, fields, items }: FieldPlan): string[] {
  const nested = Object.values<FieldPlan>({ ...fields, ...(items && { items }) });
  return [...(personal ? [personal] : []), ...nested.flatMap(personalKindsIn)];
}

/**
 * Masked data without the person: ids replaced, personal fields removed. Data that names another customer is that one's:
 * of it only what the two share is removed.
 */
export function forgetInData(data: JsonObject, forgetting: Forgetting): JsonObject {
  const isErased = isForgotten(data.customer_id, forgetting);
  const isOthers = typeof data.customer_id === 'string' && !isErased;
  const kept: Record<string, Json> = {};
  for (const [name, value] of Object.entries(data)) {
    if (droppedFields.has(name)) {
      const isShared = forgetting.pseudonyms.has(pseudonymIn(value) ?? '');
      if (isOthers && !isShared) kept[name] = value;
    } else {
      const left = forgetValue(name, value, forgetting, isErased);
      if (left !== null || value === null) kept[name] = left;
    }
  }
  return kept;
}

/** As `forgetInData`, of a fact's latest entries. @param isErased whether the fact is an erased customer's */
export function forgetInLatest(
  latest: Entries,
  forgetting: Forgetting,
  isErased = isForgotten(latest.customer_id?.[1], forgetting),
): Entries {
  const kept: Record<string, Entry> = {};
  for (const [name, [order, value]] of Object.entries(latest)) {
    const left = forgetValue(name, value ?? null, forgetting, isErased);
    if (left !== null) kept[name] = [order, left];
  }
  return kept;
}

/** A fact's earliest entries with values (a session's origin) without the ids that a sender wrote into them. */
export function forgetInEarliest(earliest: Entries, { customers, anonymous }: Forgetting): Entries {
  const ids = [...customers.keys(), ...anonymous.keys()];
  return Object.fromEntries(
    Object.entries(earliest).map(([name, [order, value]]) => [
      name,
      value === undefined ? [order] : [order, removeIds(value, ids)],
    ]),
  );
}

const isForgotten = (customerId: Json | undefined, { customers }: Forgetting) =>
  typeof customerId === 'string' && customers.has(customerId);

function forgetValue(name: string, value: Json, { customers, anonymous }: Forgetting, isErased: boolean): Json {
  if (name === 'customer_id') return replace(value, customers, value);
  // A device that others use too stays with them
  if (name === 'anonymous_id') return replace(value, anonymous, isErased ? null : value);
  return textFields.has(name) ? removeIds(value, [...customers.keys(), ...anonymous.keys()]) : value;
}

function replace(id: Json, replacements: Forgetting['customers'], otherwise: Json): Json {
  const replacement = typeof id === 'string' ? replacements.get(id) : undefined;
  return replacement === undefined ? otherwise : replacement;
}

function removeIds(value: Json, ids: readonly string[]): Json {
  if (typeof value === 'string') {
    return ids
      .flatMap((id) => [id, encodeURIComponent(id)])
      .reduce((text, id) => text.replaceAll(wholeWord(id), '***'), value);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, removeIds(member, ids)]));
}

/** The id `7` is in `/user/7` and not in `/item/17`. */
const wholeWord = (id: string) =>
  new RegExp(`(?<![\\p{L}\\p{N}])${id.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}(?![\\p{L}\\p{N}])`, 'gu');
