import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueDepth } from './start-queues.ts';

const LOOK_MS = 50;

/** Resolves when the queues hold nothing, visible, delayed or in flight, twice in a row; or when `signal` aborts. */
export async function untilEmpty(depths: () => readonly QueueDepth[], signal?: AbortSignal): Promise<void> {
  for (let quiet = 0; quiet < 2 && !signal?.aborted; ) {
    const held = depths().reduce((sum, { ready, inFlight, delayed }) => sum + ready + inFlight + delayed, 0);
    quiet = held === 0 ? quiet + 1 : 0;
    await sleep(LOOK_MS);
  }
}
