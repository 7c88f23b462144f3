import { setImmediate as realMacrotask } from 'node:timers';

/** Simulated time: nothing happens but what was put to sleep, in the order of its waking. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Wakes sleepers until none is left. */
  run(): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Far more than any history takes: one that goes on without an end must not hang the test. */
const LONGEST_MS = 30 * 86_400_000;

export function makeClock(start: number): Clock {
  let now = start;
  const sleepers = new Set<Sleeper>();
  const next = () => {
    let first: Sleeper | undefined;
    for (const sleeper of sleepers) if (!first || sleeper.at < first.at) first = sleeper;
    return first;
  };
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const sleeper = { at: now + Math.max(0, milliseconds), wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => void sleepers.delete(sleeper));
      }),
    run: async () => {
      for (;;) {
        // All that is awake goes on until it sleeps
        await new Promise<void>((resolve) => realMacrotask(resolve));
        const sleeper = next();
        if (!sleeper) return;
        if (sleeper.at > start + LONGEST_MS) throw new Error('a history that does not end');
        sleepers.delete(sleeper);
        now = sleeper.at;
        sleeper.wake();
      }
    },
  };
}
