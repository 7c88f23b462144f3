import { setTimeout } from 'node:timers/promises';
import { Unavailable } from '#core/problem.ts';

/**
 * Bounds a question to the database, since the driver bounds none: after a freeze of the environment a query can wait
 * for good on a dead socket. The 5 ms let such a socket report its end before the first query is written to it.
 * @throws {Unavailable} at the deadline
 */
export async function withDeadline<Result>(milliseconds: number, ask: () => Promise<Result>): Promise<Result> {
  const ended = new AbortController();
  await setTimeout(5);
  try {
    return await Promise.race([
      ask(),
      setTimeout(milliseconds, undefined, ended).then(() => {
        throw new Unavailable();
      }),
    ]);
  } finally {
    ended.abort();
  }
}
