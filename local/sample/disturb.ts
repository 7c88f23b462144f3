import type { Reason } from '#contract/dead-letters.ts';
import { type CloudEvent, DAY, HOUR, MINUTE } from './cloud-event.ts';
import { mistakes } from './invalid-events.ts';
import type { Random } from './random.ts';

interface Arrival {
  readonly event: CloudEvent;
  readonly at: number;
}

export interface Disturbed {
  /** In the order of arrival. */
  readonly events: readonly CloudEvent[];
  readonly duplicates: number;
  readonly late: number;
  readonly invalid: Readonly<Partial<Record<Reason, number>>>;
}

const LATE_SHARE = 0.012;
const DUPLICATE_SHARE = 0.01;
const MISTAKES = 90;
const CONFLICTS = 5;

/** What a real feed does to events in order of time: some come late, some twice, some were never right. */
export function disturb(
  events: readonly CloudEvent[],
  run: string,
  from: number,
  to: number,
  random: Random,
): Disturbed {
  const arrivals: Arrival[] = [];
  const conflicts: Arrival[] = [];
  const invalid: Partial<Record<Reason, number>> = {};
  let duplicates = 0;
  let late = 0;

  for (const event of events) {
    const at = Date.parse(event.time);
    const delay = random.chance(LATE_SHARE) ? Math.min(random.around(2 * HOUR, 1.2), 4 * DAY) : 0;
    if (delay > 0) late++;
    const arrival = Math.min(at + delay, to);
    arrivals.push({ event, at: arrival });
    if (random.chance(DUPLICATE_SHARE)) {
      duplicates++;
      arrivals.push({ event, at: Math.min(arrival + random.integer(0, 360) * MINUTE, to) });
    } else if (event.type === 'analytics.page_view' && conflicts.length < CONFLICTS && random.chance(0.01)) {
      // Content that no number depends on: which of the two comes first is not certain.
      const changed = { ...event, data: { ...event.data, duration_ms: Number(event.data.duration_ms) + 1 } };
      conflicts.push({ event: changed, at: Math.min(arrival + HOUR, to) });
    }
  }
  if (conflicts.length > 0) invalid.identity_conflict = conflicts.length;

  for (let number = 0; number < MISTAKES; number++) {
    const [reason, make] = number < mistakes.length ? mistakes[number]! : random.pick(mistakes);
    const at = from + Math.floor(random.unit() * (to - from));
    arrivals.push({ event: make(`mistake-${run}-${number}`, at), at });
    invalid[reason] = (invalid[reason] ?? 0) + 1;
  }
  arrivals.push(...conflicts);
  // The sort is stable, so equal instants keep the order they were made in.
  return { events: arrivals.sort((a, b) => a.at - b.at).map(({ event }) => event), duplicates, late, invalid };
}
