import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { JSONValue } from 'postgres';
import { type JobRow, jobs } from '#contract/jobs.ts';
import { metrics as metricNames } from '#contract/metrics.ts';
import { reduceError } from '#core/errors.ts';
import { countSkippedTrigger, failJobRun, finishJobRun, startLeasedRun } from '#db/record-job-run.ts';
import { database, discardDatabase } from './database.ts';
import { afterThaw, withDeadline } from './deadline.ts';
import { type Claim, claimJob, yieldJob } from './hold-job-lease.ts';
import { readTrigger } from './job-trigger.ts';
import { measureBy } from './measure-by.ts';
import { logger, tracer } from './observability.ts';
import { reportInvocation } from './report-invocation.ts';
import { runOnce } from './run-once.ts';

export interface JobRun {
  /** When the run was due: the scheduler's time, or now for one that was asked for. */
  readonly scheduledAt: Date;
  /** 0 for a run; above for one that goes on where the one before it had no time left. */
  readonly continuation: number;
  readonly remainingMilliseconds: () => number;
}

/** What is left to record and report that there was no time. */
const MARGIN_MS = 2_000;
/** And before that, to record the end of a run that was too slow, on a connection of its own. */
const RECORD_MS = 4_000;
/** Then the next schedule goes on: Lambda stops a function that called itself 16 times. */
const MOST_CONTINUATIONS = 12;

export type Payload = Readonly<Record<string, unknown>>;
type Work = (payload: Payload, run: JobRun) => Promise<JSONValue>;

/**
 * Wraps a job. One run at a time (a lease in the database); each run once (Powertools' record of job, scheduled time and
 * payload), a row of job_runs; an error is recorded and thrown on, so that Lambda tries the run again. A trigger whose work is
 * done or under way answers {skipped} and is counted in that run's row. A run of a job that `continues` and answers
 * {isDone: false} is followed by another.
 */
export function jobHandler(name: string, work: Work) {
  return wrapped(async (payload, context) => {
    const claim: Claim = {
      ...{ job: name, holder: context.awsRequestId, trigger: readTrigger(name, payload, context.awsRequestId) },
      remainingMilliseconds: () => context.getRemainingTimeInMillis(),
    };
    const busy = await claimJob(claim);
    if (busy) return await skip('a run of the same is at it', busy.runId);
    try {
      let result: JSONValue | undefined;
      const { runId } = await runOnce(claim.trigger.key, context, async () => {
        const run = await recordedRun(claim, payload, work);
        ({ result } = run);
        await continueWhereLeft(claim, payload, result, context);
        return { runId: run.runId };
      });
      return result === undefined ? await skip('this run was done before', runId) : result;
    } finally {
      await yieldJob(claim);
    }
  });
}

async function recordedRun({ job, holder, trigger, remainingMilliseconds }: Claim, payload: Payload, work: Work) {
  const { scheduledTime, continuation } = trigger;
  const runId = await startLeasedRun(database(), { job, holder, scheduledAt: scheduledTime });
  try {
    const scheduledAt = scheduledTime === null ? new Date() : new Date(scheduledTime);
    const result = await withDeadline(remainingMilliseconds() - MARGIN_MS - RECORD_MS, () =>
      work(payload, { scheduledAt, continuation, remainingMilliseconds }),
    );
    await finishJobRun(database(), runId, result);
    measureBy({ job }, metricNames.jobSucceeded, 'Count', 1);
    return { runId, result };
  } catch (error) {
    const { name, code } = reduceError(error);
    await discardDatabase(); // it may hang on what was too slow
    await failJobRun(database(), runId, code ?? name);
    throw error;
  }
}

async function continueWhereLeft(
  { job, trigger: { continuation, scheduledTime } }: Claim,
  payload: Payload,
  result: JSONValue,
  { functionName }: Context,
): Promise<void> {
  const row = (jobs as readonly JobRow[]).find(({ name }) => name === job);
  const isDone = (result as { isDone?: unknown } | null)?.isDone !== false;
  if (isDone || !row?.continues || continuation >= MOST_CONTINUATIONS) return;
  const { continueJob } = await import('./continue-job.ts');
  const time = scheduledTime ?? new Date().toISOString(); // so that it is one run however often it is delivered
  await continueJob(functionName, { ...payload, scheduledTime: time, continuation: continuation + 1 });
}

async function skip(reason: string, runId: string | null): Promise<{ skipped: string; run: string | null }> {
  logger.info('trigger skipped', { reason, run: runId });
  if (runId !== null) await countSkippedTrigger(database(), runId);
  return { skipped: reason, run: runId };
}

/** As `jobHandler`, for what runs before there is a table of runs. */
export function wrapped(handle: (payload: Payload, context: Context) => Promise<JSONValue>) {
  return middy(async (payload: Payload, context: Context): Promise<JSONValue> => {
    const began = performance.now();
    try {
      const result = await afterThaw(() =>
        withDeadline(context.getRemainingTimeInMillis() - MARGIN_MS, () => handle(payload ?? {}, context)),
      );
      logger.info('job done', { ...countsOf(result), milliseconds: Math.round(performance.now() - began) });
      return result;
    } catch (error) {
      logger.error('job failed', { error: reduceError(error) });
      await discardDatabase();
      throw error;
    }
  })
    .use(injectLambdaContext(logger))
    .use(reportInvocation())
    .use(captureLambdaHandler(tracer, { captureResponse: false }));
}

/** Of a job's answer what may be logged whatever the job: numbers and truth values, by name. */
function countsOf(result: JSONValue): Record<string, unknown> {
  const entries = Object.entries((result as object | null) ?? {});
  return Object.fromEntries(entries.filter(([, value]) => typeof value === 'number' || typeof value === 'boolean'));
}
