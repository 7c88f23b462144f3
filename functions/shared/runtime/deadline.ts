import { setTimeout } from 'node:timers/promises';
import { AnalyticsError } from '#core/errors.ts';

export class DeadlineExceeded extends AnalyticsError {
  override readonly name = 'DeadlineExceeded';
  readonly code = 'DEADLINE_EXCEEDED';
}

/**
 * Bounds an operation on the database, since the driver bounds none: with a stopped backend a query was still pending
 * after 15 s despite `statement_timeout`. The operation itself goes on: whoever catches the error discards the client.
 * @throws {DeadlineExceeded} after `milliseconds`, at once if there are none
 */
export async function withDeadline<Result>(milliseconds: number, operation: () => Promise<Result>): Promise<Result> {
  if (milliseconds <= 0) throw new DeadlineExceeded('no time left');
  const ended = new AbortController();
  try {
    return await Promise.race([
      operation(),
      setTimeout(milliseconds, undefined, { signal: ended.signal }).then(() => {
        throw new DeadlineExceeded('not done in time');
      }),
    ]);
  } finally {
    ended.abort();
  }
}

let lastActive = 0;
/** An environment that was idle for longer may have been frozen meanwhile. */
const FREEZABLE_MS = 500;

/**
 * Runs an invocation. After a freeze a dead socket reports its end only when timers run: a query written before that hung
 * 9 times in 30; after 5 ms (a macrotask alone is not enough) none did.
 */
export async function afterThaw<Result>(invocation: () => Promise<Result>): Promise<Result> {
  if (Date.now() - lastActive > FREEZABLE_MS) await setTimeout(5);
  try {
    return await invocation();
  } finally {
    lastActive = Date.now();
  }
}
