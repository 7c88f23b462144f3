import { type EventType, eventTypes } from '#contract/event-types.ts';
import type { Json, MaskedEvent } from './event.ts';
import { type Fact, momentOf, versioned, versionOf } from './facts.ts';
import { originOf } from './session-origin.ts';
import { checkUpcasts, type Upcasts, upcastEvent } from './upcast-event.ts';

/** A row of analytics_events. */
export interface EventRow {
  readonly event_source: string;
  readonly event_id: string;
  readonly content_hash: string;
  readonly key_version: string;
  readonly event_type: string;
  readonly schema_version: string;
  readonly occurred_at: string;
  readonly trace_id: string | null;
  readonly order_id: string | null;
  readonly customer_id: string | null;
  readonly anonymous_id: string | null;
  readonly session_id: string | null;
  readonly product_id: string | null;
  readonly cart_id: string | null;
  readonly channel: string | null;
  readonly currency: string | null;
  readonly amount: string | null;
  readonly data: object;
}

/** The lines that `items` of this version gives to the row `key` of the table the lines belong to. */
export interface Lines {
  readonly table: 'order_lines' | 'shipment_lines' | 'return_lines';
  readonly key: string;
  readonly version: string;
  readonly lines: readonly Readonly<Record<string, Json | undefined>>[];
}

export interface SeenVersion {
  readonly aggregate: 'order' | 'payment' | 'shipment' | 'return' | 'stock';
  readonly id: string;
  readonly sequence: number;
}

/** What is particular to a type: the export `toRows` of `rows/<type>.ts`. */
export interface TypeRows {
  readonly amount?: string;
  readonly facts: readonly Fact[];
  readonly lines?: Lines;
  readonly seen?: SeenVersion;
  /** The funnel stage that the event's session reaches. */
  readonly stage?: 'page_view' | 'product_view' | 'add_to_cart' | 'checkout';
}

export interface EventRows {
  readonly event: EventRow;
  readonly facts: readonly Fact[];
  readonly lines: Lines | undefined;
  readonly seen: SeenVersion | undefined;
}

/** The fields that types share. */
interface CommonData {
  readonly order_id?: string;
  readonly customer_id?: string;
  readonly anonymous_id?: string;
  readonly session_id?: string;
  readonly product_id?: string;
  readonly cart_id?: string;
  readonly channel?: string;
  readonly currency?: string;
  readonly device_type?: string;
  readonly country?: string;
}

/** What `rows/<type>.ts` exports. */
interface TypeModule {
  readonly toRows: (event: MaskedEvent<never>) => TypeRows;
  /** By version, for each but the newest: its masked data in the shape of the version after it. */
  readonly upcasts?: Upcasts;
}

const modules = new Map<EventType, TypeModule>(
  await Promise.all(
    eventTypes.map(async ({ type, versions }) => {
      const module = (await import(`./rows/${type}.ts`)) as TypeModule;
      checkUpcasts(`rows/${type}.ts`, versions, module.upcasts);
      return [type, module] as const;
    }),
  ),
);

/**
 * Everything that storing the event writes, but for the ledger and what follows from the tables themselves: whatever version
 * it was written in, in the shape of the newest.
 */
export function toRows(stored: MaskedEvent): EventRows {
  const module = modules.get(stored.type)!;
  const event = upcastEvent(stored, module.upcasts);
  const { amount, facts, lines, seen, stage } = module.toRows(event as MaskedEvent<never>);
  const data: CommonData = event.data;
  return {
    event: {
      event_source: event.source,
      event_id: event.id,
      content_hash: event.contentHash,
      key_version: event.keyVersion,
      event_type: event.type,
      schema_version: event.version,
      occurred_at: event.time,
      trace_id: event.traceId,
      order_id: data.order_id ?? null,
      customer_id: data.customer_id ?? null,
      anonymous_id: data.anonymous_id ?? null,
      session_id: data.session_id ?? null,
      product_id: data.product_id ?? null,
      cart_id: data.cart_id ?? null,
      channel: data.channel ?? null,
      currency: data.currency ?? null,
      amount: amount ?? null,
      data: event.data,
    },
    facts: data.session_id === undefined ? facts : [...facts, sessionFact(event, data.session_id, stage)],
    lines,
    seen,
  };
}

/** All events of a session make it, so its versions know no sequence: that counts another aggregate's. */
function sessionFact(event: MaskedEvent, sessionId: string, stage: TypeRows['stage']): Fact {
  const { customer_id, anonymous_id, channel, device_type, country }: CommonData = event.data;
  const version = versionOf(event, 0);
  const origin = originOf(event.data);
  return {
    table: 'sessions',
    key: sessionId,
    earliest: {
      event: [momentOf(event)],
      ...(stage && { [stage]: [event.time] }),
      ...(origin && { origin: [version, origin] }),
    },
    latest: {
      event: [event.time, event.time],
      ...versioned(version, { customer_id, anonymous_id, channel, device_type, country }),
    },
  };
}
