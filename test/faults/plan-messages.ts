import type { Reason } from '#contract/dead-letters.ts';
import type { Random } from '../../local/sample/random.ts';
import type { TestEvent } from '../setup/events.ts';

export interface PlannedMessage {
  readonly body: string;
  /** The reason it must be refused for whatever happens. */
  readonly refused?: Reason;
}

/** Part of an id: the database refuses the rows of such an event. */
export const POISON = 'poison';

/** Bodies that a producer sends: events, some of them again, changed, or not valid; in any order. */
export function planMessages(random: Random, at: Date): PlannedMessage[] {
  const events = Array.from({ length: random.integer(2, 7) }, (_, n) => makeView(random, at, n));
  const messages = events.flatMap((event): PlannedMessage[] => [
    { body: write(event, random) },
    ...(random.chance(0.4) ? [{ body: write(event, random) }] : []),
    ...(random.chance(0.2) ? [{ body: write(changed(event, 'app'), random) }] : []),
    ...(random.chance(0.05) ? [{ body: write(changed(event, 'store'), random) }] : []),
  ]);
  const invalid: PlannedMessage[] = [
    { body: '{', refused: 'malformed' },
    { body: 'a\ufffdb', refused: 'bad_encoding' },
    { body: write({ ...events[0]!, specversion: '0.3' }, random), refused: 'bad_envelope' },
    { body: write({ ...events[0]!, type: 'orders.order.lost' }, random), refused: 'unknown_type' },
    { body: write({ ...events[0]!, data: { session_id: 7 } }, random), refused: 'schema_violation' },
    { body: write({ ...events[0]!, time: '2020-01-01T00:00:00Z' }, random), refused: 'beyond_retention' },
  ];
  const all = [...messages, ...invalid.filter(() => random.chance(0.15))];
  return all
    .map((message) => [random.unit(), message] as const)
    .sort(([a], [b]) => a - b)
    .map(([, message]) => message);
}

function makeView(random: Random, at: Date, n: number): TestEvent {
  return {
    ...{ specversion: '1.0', id: `${random.chance(0.06) ? POISON : 'event'}-${n}`, source: '/shop' },
    ...{ type: 'analytics.page_view', time: at.toISOString() },
    data: { session_id: `s${random.integer(1, 3)}`, page_url: 'https://shop.example/', channel: 'web' },
  };
}

const changed = (event: TestEvent, channel: string): TestEvent => ({ ...event, data: { ...event.data, channel } });

/** Order and spacing differ from one sending to the next. */
function write(event: TestEvent, random: Random): string {
  const entries = Object.entries(event);
  const content = Object.fromEntries(random.chance(0.5) ? entries : entries.reverse());
  return JSON.stringify(content, null, random.integer(0, 1));
}
