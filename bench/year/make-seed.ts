import { eventTypes } from '#contract/event-types.ts';
import { type CloudEvent, DAY } from '../../local/sample/cloud-event.ts';
import { generateSample } from '../../local/sample/generate-sample.ts';
import { PERIOD_DAYS } from './name-clone.ts';

export interface Seed {
  /** Valid events of distinct identity, in the order in which they would arrive. */
  readonly events: readonly CloudEvent[];
  /** Part of every id that belongs to the seed alone. */
  readonly run: string;
  readonly start: Date;
}

const NAME = 'year';
/** What would not be one shop's any more when it is copied: reports count the whole of a type. */
const LEFT_OUT = 'analytics.reconciliation.reported';

/** The sample of the last `days` days up to `end`, without what it holds to be refused. */
export function makeSeed(end: Date, days = PERIOD_DAYS): Seed {
  const types = eventTypes.map(({ type }) => type).filter((type) => type !== LEFT_OUT);
  const known = new Set<string>(types);
  const byIdentity = new Map<string, CloudEvent>();
  for (const event of generateSample({ seed: NAME, end, days, types }).events) {
    const isMistake = event.id.startsWith('mistake-') || !known.has(event.type);
    const identity = `${event.source} ${event.id}`;
    if (!isMistake && !byIdentity.has(identity)) byIdentity.set(identity, withoutSequence(event));
  }
  const run = `${NAME}-${Math.floor(end.getTime() / 1000).toString(36)}`;
  return { events: [...byIdentity.values()], run, start: new Date(end.getTime() - days * DAY) };
}

/** A product's stock is one through all copies: numbers that begin anew in each would all be late. */
function withoutSequence(event: CloudEvent): CloudEvent {
  if (event.type !== 'inventory.stock.changed') return event;
  const { sequence: _, ...data } = event.data;
  return { ...event, data };
}
