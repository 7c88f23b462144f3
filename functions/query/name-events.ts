import type { TransactionSql } from 'postgres';
import { Temporal } from 'temporal-polyfill';
import { joinKey, type NamedEvent, readNamedEvent } from '#core/facts.ts';
import type { Range } from '#core/time-windows.ts';
import { findEvents, type Identity } from '#db/query/explain/find-events.ts';
import { findFirstActivities } from '#db/query/explain/find-first-activities.ts';
import { type BareMoment, findMoments } from '#db/query/explain/find-moments.ts';
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

/**
 * What is stored as a time alone (before moments kept their events) is looked for among the raw events of that time.
 * @returns for each contribution its events, in the same order
 */
export async function nameEvents(
  tx: TransactionSql,
  contributions: readonly Contribution[],
  { range, channel }: { readonly range: Range; readonly channel: string | null },
): Promise<Evidence[]> {
  const pairs = contributions.map(({ aggregate, id, field, version, moment, momentName }) => ({
    event: { ...readNamedEvent(version), about: { aggregate, id, name: field } },
    bookedBy: { ...readNamedEvent(moment), about: { aggregate, id, name: momentName } },
  }));
  const named = pairs.flatMap(({ event, bookedBy }) => [event, bookedBy]);
  const byIdentity = new Map((await findEvents(tx, named.filter(isIdentity))).map((event) => [keyOf(event), event]));
  const bare = named.filter((event) => !isIdentity(event)).map(({ about, time }) => ({ ...about, time }));
  const isActivity = ({ name }: BareMoment) => name === 'active';
  const found = [
    ...(await findMoments(
      tx,
      bare.filter((moment) => !isActivity(moment)),
    )),
    ...(await findFirstActivities(tx, bare.filter(isActivity), { range, channel })),
  ];
  const byMoment = new Map(found.map((event) => [momentKey(event), event]));
  const show = (event: (typeof named)[number]): ShownEvent => {
    const found = isIdentity(event) ? undefined : byMoment.get(momentKey({ ...event.about, time: event.time }));
    const stored = found ?? (isIdentity(event) ? byIdentity.get(keyOf(event)) : undefined);
    return {
      ...{ source: found?.source ?? event.source, id: found?.eventId ?? event.id, type: stored?.type ?? null },
      ...{ time: Temporal.Instant.from(found?.occurredAt ?? event.time).toString(), traceId: stored?.traceId ?? null },
    };
  };
  return pairs.map(({ event, bookedBy }) => ({ event: show(event), bookedBy: show(bookedBy) }));
}

const isIdentity = <Event extends NamedEvent>(event: Event): event is Event & Identity =>
  event.source !== null && event.id !== null;
const keyOf = ({ time, source, id }: Identity) => joinKey(time, source, id);
const momentKey = ({ aggregate, id, name, time }: BareMoment) => joinKey(aggregate, id, name, time);
