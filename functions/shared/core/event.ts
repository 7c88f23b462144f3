import type { Reason } from '#contract/dead-letters.ts';
import type { EventType } from '#contract/event-types.ts';

/** Masked data by `<type> <version>`, as the schemas have it. */
export type { EventData } from '../../../.build/generated/event-data.d.ts';

/** Any JSON value as `JSON.parse` gives it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

interface EventAttributes {
  /** (source, id) is the event's identity. */
  readonly source: string;
  readonly id: string;
  readonly type: EventType;
  /** Schema version the event was written in; `data` has the newest version's shape. */
  readonly version: string;
  /** UTC, always 27 characters with microseconds (`2026-01-31T12:00:00.000000Z`), so that text order is time order. */
  readonly time: string;
  /** 32 hex digits of a valid `traceparent`, else null. */
  readonly traceId: string | null;
  /** Its span, 16 hex digits; null where the publisher does not sample that trace. */
  readonly sampledParentId: string | null;
}

/** An event that passed every check. It still holds personal values: never stored, logged or sent. */
export interface ValidEvent extends EventAttributes {
  readonly subject: string | null;
  readonly data: JsonObject;
  /** RFC 8785 text of the whole event as it came, which two deliveries of one event share. */
  readonly canonical: string;
}

/** Why an event was refused: names what and where, never the value. */
export interface Rejection {
  readonly reason: Reason;
  /** RFC 6901; names that no schema knows are written as `*`. */
  readonly pointer: string;
  readonly keyword: string;
  /** Null where the body does not say, or says it in a form that cannot be shown. */
  readonly type: string | null;
  readonly source: string | null;
  readonly id: string | null;
}

declare const masked: unique symbol;

/**
 * An event without personal values. Only `maskEvent` makes one, and only one can become rows: the brand is what keeps a
 * raw event out of the tables.
 */
export interface MaskedEvent<Data = JsonObject> extends EventAttributes {
  readonly subject: string | null;
  readonly data: Data;
  /** Keyed digest of the raw event's canonical text, and the version of the key. */
  readonly contentHash: string;
  readonly keyVersion: string;
  readonly [masked]: true;
}
