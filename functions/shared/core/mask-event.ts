import type { Json, JsonObject, MaskedEvent, ValidEvent } from './event.ts';
import type { FieldPlan, FieldPlans, PersonalKind } from './mask-plan.ts';
import { maskEmail } from './maskers/mask-email.ts';
import { maskIp } from './maskers/mask-ip.ts';
import { maskName } from './maskers/mask-name.ts';
import { maskPhone } from './maskers/mask-phone.ts';
import { maskTrackingNumber } from './maskers/mask-tracking-number.ts';
import { maskUrl } from './maskers/mask-url.ts';
import { maskUserAgent } from './maskers/mask-user-agent.ts';
import { scrubText } from './maskers/scrub-text.ts';
import type { PseudonymKeys } from './pseudonym-keys.ts';
import { currentKey, keyedDigest, makePseudonymize, type Pseudonymize } from './pseudonymize.ts';
import { eventSchemas } from './validators.ts';

type Masker = (value: string, pseudonymize: Pseudonymize) => unknown;

/** By the schemas' `x-personal`; undefined drops the field. Validation has made sure of the values' types. */
const maskers: Readonly<Record<PersonalKind, Masker>> = {
  email: maskEmail,
  ip: maskIp,
  userAgent: maskUserAgent,
  name: maskName,
  phone: maskPhone,
  tracking: maskTrackingNumber,
  birthDate: (date) => date.slice(0, 4),
  address: () => undefined,
  url: maskUrl,
  freeText: scrubText,
};

/**
 * A new event without personal values, by the allow list of its schema: what no schema names is dropped, what is marked
 * `x-personal` is masked. `keys` must hold a key of the version `keys.current`.
 */
export function maskEvent(event: ValidEvent, keys: PseudonymKeys): MaskedEvent {
  const plan = eventSchemas.get(`${event.type} ${event.version}`)?.plan;
  if (!plan) throw new Error(`schemas/${event.type}.${event.version}.json: not compiled`);
  const data = maskFields(event.data, plan, makePseudonymize(keys));
  return {
    source: event.source,
    id: event.id,
    type: event.type,
    version: event.version,
    time: event.time,
    traceId: event.traceId,
    sampledParentId: event.sampledParentId,
    subject: event.subject !== null && isIdOf(event.subject, data) ? event.subject : null,
    data,
    contentHash: contentHash(event.canonical, currentKey(keys)),
    keyVersion: keys.current,
  } as MaskedEvent;
}

/** Keyed digest of an event's canonical text; under an older key to compare with what was stored before a rotation. */
export const contentHash = (canonical: string, key: Buffer): string => keyedDigest('content', canonical, key);

function maskFields(object: JsonObject, plans: FieldPlans, pseudonymize: Pseudonymize): JsonObject {
  const masked: Record<string, Json> = {};
  for (const name in plans) {
    if (!Object.hasOwn(object, name)) continue;
    const value = maskValue(object[name] as Json, plans[name] as FieldPlan, pseudonymize);
    if (value !== undefined) masked[name] = value;
  }
  return masked;
}

function maskValue(value: Json, plan: FieldPlan, pseudonymize: Pseudonymize): Json | undefined {
  if (plan.personal) return maskers[plan.personal](value as string, pseudonymize) as Json | undefined;
  if (plan.fields) return maskFields(value as JsonObject, plan.fields, pseudonymize);
  if (plan.items) {
    const itemPlan = plan.items;
    return (value as readonly Json[]).map((item) => maskValue(item, itemPlan, pseudonymize) ?? null);
  }
  return value;
}

const isIdOf = (subject: string, data: JsonObject) =>
  Object.keys(data).some((name) => name.endsWith('_id') && data[name] === subject);
