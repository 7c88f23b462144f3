import { setTimeout as sleep } from 'node:timers/promises';
import { AnalyticsError, reduceError } from '#core/errors.ts';
import { releaseJobLease } from '#db/release-job-lease.ts';
import { type LeaseAnswer, takeJobLease } from '#db/take-job-lease.ts';
import { database, discardDatabase } from './database.ts';
import type { JobTrigger } from './job-trigger.ts';
import { logger } from './observability.ts';

/** Another run has the job and does something else: Lambda's retry comes when it may be over. */
export class JobBusy extends AnalyticsError {
  override readonly name = 'JobBusy';
  readonly code = 'JOB_BUSY';
}

export interface Claim {
  readonly job: string;
  /** The invocation's request id. */
  readonly holder: string;
  readonly trigger: JobTrigger;
  readonly remainingMilliseconds: () => number;
}

const POLL_MS = 250;

/**
 * Takes the job's lease for what is left of the invocation, and waits for it up to half of that where another run does
 * other work: a range that was asked for must not be lost to the run of the minute.
 * @returns the answer that says that a run of the same work is at it, undefined where the lease was taken
 * @throws {JobBusy} when the other run takes longer
 */
export async function claimJob({
  job,
  holder,
  trigger,
  remainingMilliseconds,
}: Claim): Promise<LeaseAnswer | undefined> {
  const enough = remainingMilliseconds() / 2;
  while (true) {
    const answer = await takeJobLease(database(), {
      ...{ job, holder, work: trigger.work, milliseconds: remainingMilliseconds() },
    });
    if (answer.isTaken) return undefined;
    // Where its row is not there yet it may find that its work was done before: then the lease is free in a moment
    if (answer.isSameWork && answer.runId !== null) return answer;
    if (remainingMilliseconds() - POLL_MS < enough) throw new JobBusy(`${job}: another run is at it`);
    await sleep(POLL_MS);
  }
}

/** Without the database the lease stays until it ends by itself, with the invocation's time. */
export async function yieldJob({ job, holder }: Claim): Promise<void> {
  try {
    await releaseJobLease(database(), job, holder);
  } catch (error) {
    logger.warn('lease could not be released', { error: reduceError(error) });
    await discardDatabase();
  }
}
