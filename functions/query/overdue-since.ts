import { Temporal } from 'temporal-polyfill';
import type { Range } from '#core/time-windows.ts';

/**
 * The instant by which what was promised should have come: the end of the period or the newest event, whichever is later, and
 * not after now. It follows from the question and the data, so the same data give the same answer.
 */
export function overdueSince({ to }: Range, newestEventAt: Date | null, now: Date): Temporal.Instant {
  const latest = Math.max(to.epochMilliseconds, newestEventAt?.getTime() ?? 0);
  return Temporal.Instant.fromEpochMilliseconds(Math.min(now.getTime(), latest));
}
