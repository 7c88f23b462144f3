import type { Reason } from '#contract/dead-letters.ts';
import { canonicalContent } from './canonical-content.ts';
import { checkBody } from './check-body.ts';
import { checkEnvelope, type Envelope, type Fault, findType, readTraceParent, readVersion } from './check-envelope.ts';
import { displayableIdentifier } from './displayable-identifier.ts';
import type { Json, JsonObject, Rejection, ValidEvent } from './event.ts';
import { normalizeInstant } from './instant.ts';
import { validateData } from './validate-data.ts';

export interface ReadLimits {
  readonly now: Date;
  readonly rawRetentionDays: number;
  readonly maxFutureHours: number;
}
export type ReadResult = { readonly event: ValidEvent } | { readonly rejection: Rejection };

const HOUR_MS = 3_600_000;

/** Reads one message body. Every check of the contract, in its order: the first that fails is the reason. Never throws. */
export function readEvent(body: string, limits: ReadLimits): ReadResult {
  const parsed = checkBody(body);
  if ('reason' in parsed) return reject(parsed.reason, { pointer: '', keyword: parsed.keyword }, null);

  const { value, numberTexts } = parsed;
  const envelopeFault = checkEnvelope(value);
  if (envelopeFault) return reject('bad_envelope', envelopeFault, value);
  const envelope = value as unknown as Envelope;

  const row = findType(envelope.type);
  if (!row) return reject('unknown_type', { pointer: '/type', keyword: 'enum' }, value);
  const { version, pointer } = readVersion(envelope);
  if (!row.versions.includes(version)) return reject('unknown_version', { pointer, keyword: 'enum' }, value);

  // Before validating, which forgets the nulls that belong to the content.
  const canonical = canonicalContent(value as JsonObject);
  const validated = validateData(row.type, version, envelope.data, numberTexts);
  if ('fault' in validated) return reject('schema_violation', validated.fault, value);

  const time = normalizeInstant(envelope.time) as string;
  const ageMs = limits.now.getTime() - Date.parse(time);
  if (ageMs > limits.rawRetentionDays * 24 * HOUR_MS)
    return reject('beyond_retention', { pointer: '/time', keyword: 'minimum' }, value);
  if (-ageMs > limits.maxFutureHours * HOUR_MS)
    return reject('in_the_future', { pointer: '/time', keyword: 'maximum' }, value);

  const trace = readTraceParent(envelope.traceparent);
  return {
    event: {
      source: envelope.source,
      id: envelope.id,
      type: row.type,
      version,
      time,
      traceId: trace?.traceId ?? null,
      sampledParentId: trace?.isSampled ? trace.parentId : null,
      subject: envelope.subject ?? null,
      data: validated.data,
      canonical,
    },
  };
}

function reject(reason: Reason, { pointer, keyword }: Fault, value: Json): ReadResult {
  const attributes = (value !== null && typeof value === 'object' ? value : {}) as JsonObject;
  return {
    rejection: {
      reason,
      pointer,
      keyword,
      // Names hold few digits, phone numbers seven and more; ids are numbers of any length.
      type: displayableIdentifier(attributes.type, 4),
      source: displayableIdentifier(attributes.source, 6),
      id: displayableIdentifier(attributes.id, 32),
    },
  };
}
