import { eventTypes, LEAST_CONCURRENCY } from '#contract/event-types.ts';

/** `flowing`: at full concurrency; `paused`: consumers disabled; `ramping`: enabled, at no more than `concurrency` each. */
export interface ValveState {
  readonly phase: 'flowing' | 'paused' | 'ramping';
  /** RFC 3339: when the consumers last ran at full concurrency; null while they do. */
  readonly since: string | null;
  /** Of each mapping, at most. */
  readonly concurrency: number;
}

/** Where `INGEST_CONCURRENCY_FACTOR` is 1. */
const FULL = Math.max(...eventTypes.map(({ maxConcurrency }) => maxConcurrency));

export const FLOWING: ValveState = { phase: 'flowing', since: null, concurrency: FULL };

/**
 * The next state after one look at the database. Unhealthy pauses at once, since every receive of a message that cannot be
 * stored is one less before its dead letter; healthy resumes with the least concurrency and doubles it look by look, as a
 * database that has just come back has cold caches and a backlog before it. `factor` is `INGEST_CONCURRENCY_FACTOR`.
 */
export function decideValve(state: ValveState, probe: 'healthy' | 'unhealthy', now: Date, factor = 1): ValveState {
  const flowing = { ...FLOWING, concurrency: FULL * factor };
  if (probe === 'unhealthy') return { phase: 'paused', since: state.since ?? now.toISOString(), concurrency: 0 };
  if (state.phase === 'flowing') return flowing;
  if (state.phase === 'paused') return { phase: 'ramping', since: state.since, concurrency: LEAST_CONCURRENCY };
  const concurrency = state.concurrency * 2;
  return concurrency >= flowing.concurrency ? flowing : { ...state, concurrency };
}

/** Whole minutes since the consumers last ran at full concurrency, 0 while they do. */
export function minutesClosed({ since }: ValveState, now: Date): number {
  return since === null ? 0 : Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / 60_000));
}
