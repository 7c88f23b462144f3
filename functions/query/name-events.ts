import type { TransactionSql } from 'postgres';
import { Temporal } from 'temporal-polyfill';
import { joinKey, type NamedEvent, readNamedEvent } from '#core/facts.ts';
import { findEvents, type Identity } from '#db/query/explain/find-events.ts';
import type { Contribution } from '#db/query/explain/list-contributions.ts';

/** An event as an answer names it. What is null is not known: `type` and `traceId` leave with the raw events. */
export interface ShownEvent {
  readonly source: string | null;
  readonly id: string | null;
  readonly type: string | null;
  /** RFC 3339 in UTC. */
  readonly time: string;
  readonly traceId: string | null;
}

export interface Evidence {
  /** Which the value is from. */
  readonly event: ShownEvent;
  /** By whose time it is booked. */
  readonly bookedBy: ShownEvent;
}

/** @returns for each contribution its events, in the same order */
export async function nameEvents(tx: TransactionSql, contributions: readonly Contribution[]): Promise<Evidence[]> {
  const named = contributions.map(({ version, moment }) => ({
    event: readNamedEvent(version),
    bookedBy: readNamedEvent(moment),
  }));
  const identities = named.flatMap(({ event, bookedBy }) => [event, bookedBy]).filter(isIdentity);
  const stored = new Map((await findEvents(tx, identities)).map((event) => [keyOf(event), event]));
  const show = (event: NamedEvent): ShownEvent => {
    const { type = null, traceId = null } = (isIdentity(event) && stored.get(keyOf(event))) || {};
    return { source: event.source, id: event.id, type, time: Temporal.Instant.from(event.time).toString(), traceId };
  };
  return named.map(({ event, bookedBy }) => ({ event: show(event), bookedBy: show(bookedBy) }));
}

const isIdentity = (event: NamedEvent): event is Identity => event.source !== null && event.id !== null;
const keyOf = ({ time, source, id }: Identity) => joinKey(time, source, id);
