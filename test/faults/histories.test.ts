import { afterAll, expect, it, vi } from 'vitest';
import { joinKey } from '#core/facts.ts';
import { identityOf } from '../../functions/ingest/store-events.ts';
import type { TestEvent } from '../setup/events.ts';
import { accountFor } from './account-for.ts';
import { type PlannedMessage, POISON, planMessages } from './plan-messages.ts';
import { reportFigure, runTrials } from './run-trials.ts';
import { type Coverage, simulateHistory } from './simulate-history.ts';
import { type Clock, makeClock } from './simulated-clock.ts';

const simulated: { clock: Clock } = vi.hoisted(() => ({ clock: undefined as unknown as Clock }));
// Deadlines and pauses of the code under test pass in simulated time
vi.mock('node:timers/promises', () => ({
  setTimeout: async (milliseconds: number, value: unknown, { signal }: { signal?: AbortSignal } = {}) => {
    await simulated.clock.sleep(milliseconds, signal);
    return value;
  },
}));
const realNow = vi.spyOn(performance, 'now').mockImplementation(() => simulated.clock?.now() ?? 0);
const realRandom = vi.spyOn(Math, 'random');
afterAll(() => {
  realNow.mockRestore();
  realRandom.mockRestore();
});

const START = Date.UTC(2026, 10, 1);
/** Where an invocation is killed, and what else every run over thousands of histories must have met. */
const points = [
  ...['recall', 'begin', 'after ledger', 'before commit', 'commit sent', 'before marking done', 'after marking done'],
  ...['before dead letters', 'after dead letters', 'before answering', 'capture: begin', 'capture: committed'],
];

function add<Counts extends Record<string, number>>(to: Counts, counts: Counts): void {
  for (const name in counts) to[name] = ((to[name] ?? 0) + (counts[name] ?? 0)) as Counts[typeof name];
}

/** Of everything that can be stored. */
function identitiesOf(planned: readonly PlannedMessage[]): string[] {
  const events = planned
    .filter(({ refused }) => refused === undefined)
    .map(({ body }) => JSON.parse(body) as TestEvent);
  const identities = events.filter(({ id }) => !id.includes(POISON)).map(({ source, id }) => joinKey(source, id));
  return [...new Set(identities)].sort();
}

it('accounts for every message of any history', async () => {
  const coverage: Coverage = new Map();
  const total = { messages: 0, stored: 0, duplicates: 0, deadLetters: 0, overtaken: 0 };
  const count = await runTrials('histories', { quick: 300, full: 10_000 }, async (random) => {
    const clock = makeClock(START);
    simulated.clock = clock;
    realRandom.mockImplementation(random.unit); // of the pauses between tries
    const planned = planMessages(random, new Date(START));
    const history = await simulateHistory(planned, { clock, random, coverage });
    const { stored, duplicates, deadLetters, overtaken, ...wrong } = accountFor(history, new Date(START));
    expect(wrong).toEqual({ lost: [], duplicated: [], unexplained: [] });
    expect(stored + duplicates + deadLetters).toBe(planned.length);
    add(total, { messages: planned.length, stored, duplicates, deadLetters, overtaken });
    // What faults alone kept out is stored once when it is replayed
    await history.replay();
    expect(history.store.events.map(identityOf).sort()).toEqual(identitiesOf(planned));
  });
  if (count > 1) for (const point of points) expect(coverage.get(`killed: ${point}`) ?? 0, point).toBeGreaterThan(0);
  const kinds = [...coverage].map(([what, times]) => `${what} ${times}`);
  console.log(`${JSON.stringify(total)}; met: ${kinds.sort().join(', ')}`);
  reportFigure({
    what: `simulated histories (${total.messages} messages, ${coverage.size} kinds of fault)`,
    trials: count,
    figure: 'lost 0, duplicated 0, unexplained 0',
    target: '>= 10,000: 0, 0, 0',
  });
});
