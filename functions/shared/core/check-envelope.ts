import type { ErrorObject } from 'ajv';
import { type EventType, eventTypes } from '#contract/event-types.ts';
import type { Json, JsonObject } from './event.ts';
import { validateEnvelope } from './validators.ts';

/** The CloudEvents attributes, checked; `type` and the schema's version may still be unknown. */
export interface Envelope {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly subject?: string | null;
  readonly dataschema?: string | null;
  readonly traceparent?: Json;
  readonly data: JsonObject;
}

/** Where a check failed (RFC 6901) and by which keyword. */
export interface Fault {
  readonly pointer: string;
  readonly keyword: string;
}

/** The first error of a generated validator; what is missing is pointed at itself, not at its parent. */
export function toFault(errors: readonly ErrorObject[] | null | undefined, prefix: string): Fault {
  const error = errors?.[0];
  const missing = error?.keyword === 'required' ? `/${error.params.missingProperty}` : '';
  return { pointer: `${prefix}${error?.instancePath ?? ''}${missing}`, keyword: error?.keyword ?? 'type' };
}

/** Null where the value is a proper CloudEvent. Anything but an object, as an array, is a wrong envelope too. */
export function checkEnvelope(value: Json): Fault | null {
  return validateEnvelope(value) ? null : toFault(validateEnvelope.errors, '');
}

const typeRows = new Map<string, { readonly type: EventType; readonly versions: readonly string[] }>(
  eventTypes.map((row) => [row.type, row]),
);
export const findType = (type: string) => typeRows.get(type);

/** Version by `dataschema`'s trailing /vN, else `data.schema_version` ("v1", "1" or 1), else v1; and where it stands. */
export function readVersion({ dataschema, data }: Envelope): { readonly version: string; readonly pointer: string } {
  const trailing = typeof dataschema === 'string' ? /\/(v\d+)$/.exec(dataschema)?.[1] : undefined;
  if (trailing) return { version: trailing, pointer: '/dataschema' };
  const stated = data.schema_version ?? 'v1';
  const text = typeof stated === 'string' || typeof stated === 'number' ? String(stated) : '';
  return { version: text.startsWith('v') ? text : `v${text}`, pointer: '/data/schema_version' };
}

/** `version-traceid-parentid-flags`; only a version after 00 may go on, after another hyphen. */
const traceparentForm = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

const SAMPLED = 0x01;

export interface TraceParent {
  readonly traceId: string;
  /** 16 hex digits. */
  readonly parentId: string;
  readonly isSampled: boolean;
}

/**
 * What a W3C `traceparent` says (https://www.w3.org/TR/trace-context/#traceparent-header), else null: a broken one is
 * ignored, as that standard asks.
 */
export function readTraceParent(traceparent: Json | undefined): TraceParent | null {
  if (typeof traceparent !== 'string') return null;
  const [, version, traceId, parentId, flags, more] = traceparentForm.exec(traceparent) ?? [];
  if (!traceId || !parentId || version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  return { traceId, parentId, isSampled: (Number(`0x${flags}`) & SAMPLED) !== 0 };
}
