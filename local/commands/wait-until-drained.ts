import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import type { Outputs } from '../describe-outputs.ts';
import { invokeJob } from './invoke-job.ts';
import { connectQueues, isEmpty, type QueueDepths, readDepths } from './read-depths.ts';
import { readTotals, type Totals } from './read-totals.ts';
import { CommandError } from './run-command.ts';

export interface Drained extends Totals {
  readonly seconds: number;
}

/** What is left, for a bar or a message. */
export interface Remaining {
  readonly queues: readonly QueueDepths[];
  readonly dirtyWindows: number;
}

const POLL_MS = 200;
/** A message that fails is in no queue's count while it moves to another: empty is believed when seen twice. */
const EMPTY_LOOKS = 2;

const total = ({ waiting, inFlight, delayed }: QueueDepths['queue']) => waiting + inFlight + delayed;

function describeRemaining({ queues, dirtyWindows }: Remaining): string {
  const left = queues.flatMap(({ type, queue, deadLetters }) => [
    ...(isEmpty(queue) ? [] : [`${total(queue)} in ${type}`]),
    ...(isEmpty(deadLetters) ? [] : [`${total(deadLetters)} in the dead-letter queue of ${type}`]),
  ]);
  if (dirtyWindows > 0) left.push(`${dirtyWindows} dirty windows`);
  return left.join(', ');
}

/**
 * Waits until every queue and dead-letter queue is empty, nothing is in flight or delayed, and no window is dirty; runs
 * the aggregate job rather than wait for its minute. Throws a CommandError that names what is left after
 * `timeoutSeconds`.
 */
export async function waitUntilDrained(
  outputs: Pick<Outputs, 'queues' | 'endpoints' | 'databaseUrl' | 'controlUrl'>,
  options: { readonly timeoutSeconds?: number; readonly onLook?: (remaining: Remaining) => void } = {},
): Promise<Drained> {
  const { timeoutSeconds = Number.POSITIVE_INFINITY, onLook } = options;
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const sql = postgres(outputs.databaseUrl, { max: 1, onnotice: () => undefined });
  const queueClient = connectQueues(outputs);
  try {
    for (let emptyLooks = 0; ; ) {
      const queues = await readDepths(queueClient, outputs.queues);
      const [row] = await sql<{ dirty: number }[]>`select count(*)::int as dirty from dirty_windows`;
      const remaining = { queues, dirtyWindows: row!.dirty };
      onLook?.(remaining);
      const quiet = queues.every(({ queue, deadLetters }) => isEmpty(queue) && isEmpty(deadLetters));
      emptyLooks = quiet && remaining.dirtyWindows === 0 ? emptyLooks + 1 : 0;
      if (emptyLooks === EMPTY_LOOKS) return { ...(await readTotals(sql, outputs)), seconds: seconds() };
      if (seconds() > timeoutSeconds) {
        throw new CommandError(`not drained after ${timeoutSeconds} s: ${describeRemaining(remaining)}`);
      }
      if (quiet && remaining.dirtyWindows > 0) await invokeJob(outputs, 'aggregate', {});
      await sleep(POLL_MS);
    }
  } finally {
    queueClient.destroy();
    await sql.end({ timeout: 5 });
  }
}
