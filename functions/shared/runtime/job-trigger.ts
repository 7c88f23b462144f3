import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Payload } from './job-handler.ts';

/** What a job was invoked for. */
export interface JobTrigger {
  /** As EventBridge Scheduler wrote it; null: someone asked for the run. */
  readonly scheduledTime: string | null;
  /** 0 for a run, then 1, 2, … for what it had no time for. */
  readonly continuation: number;
  /** The same for triggers that ask for the same: one run at a time is enough for them. */
  readonly work: string;
  /** The same for triggers of the same run. */
  readonly key: string;
}

/**
 * Two schedules of a job may be due at the same minute, so a run is known by job, time and payload. Asked for without a time,
 * each invocation is a run of its own; its retries have its request id.
 */
export function readTrigger(
  name: string,
  { scheduledTime, continuation, ...payload }: Payload,
  requestId: string,
): JobTrigger {
  const time = typeof scheduledTime === 'string' ? scheduledTime : null;
  const number = typeof continuation === 'number' ? continuation : 0;
  const work =
    time === null
      ? requestId
      : createHash('sha256')
          .update(`${canonicalize(payload)}#${number}`)
          .digest('base64url');
  return { scheduledTime: time, continuation: number, work, key: [name, time ?? '', work, number].join('|') };
}
