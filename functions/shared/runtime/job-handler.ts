import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { JSONValue } from 'postgres';
import { reduceError } from '#core/errors.ts';
import { failJobRun, finishJobRun, startJobRun } from '#db/record-job-run.ts';
import { database, discardDatabase } from './database.ts';
import { afterThaw, withDeadline } from './deadline.ts';
import { logger, metrics, tracer } from './observability.ts';

export interface JobRun {
  /** When the run was due: the scheduler's time, or now for one that was asked for. */
  readonly scheduledAt: Date;
  readonly remainingMilliseconds: () => number;
}

/** What is left to record and report that there was no time. */
const MARGIN_MS = 2_000;

type Payload = Readonly<Record<string, unknown>>;

/** Wraps a job: each run is a row of job_runs, and an error is recorded and thrown on. */
export function jobHandler(name: string, run: (payload: Payload, run: JobRun) => Promise<JSONValue>) {
  return wrapped(async (payload, context) => {
    const scheduledTime = typeof payload.scheduledTime === 'string' ? payload.scheduledTime : null;
    const sql = database();
    const id = await startJobRun(sql, name, scheduledTime);
    try {
      const result = await run(payload, {
        scheduledAt: scheduledTime === null ? new Date() : new Date(scheduledTime),
        remainingMilliseconds: () => context.getRemainingTimeInMillis(),
      });
      await finishJobRun(sql, id, result);
      return result;
    } catch (error) {
      const { name: errorName, code } = reduceError(error);
      await failJobRun(sql, id, code ?? errorName);
      throw error;
    }
  });
}

/** As `jobHandler`, for what runs before there is a table of runs. */
export function wrapped(handle: (payload: Payload, context: Context) => Promise<JSONValue>) {
  return middy(async (payload: Payload, context: Context): Promise<JSONValue> => {
    try {
      return await afterThaw(() =>
        withDeadline(context.getRemainingTimeInMillis() - MARGIN_MS, () => handle(payload ?? {}, context)),
      );
    } catch (error) {
      logger.error('job failed', { error: reduceError(error) });
      await discardDatabase();
      throw error;
    }
  })
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .use(captureLambdaHandler(tracer, { captureResponse: false }));
}
