import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Context, LambdaFunctionURLEvent } from 'aws-lambda';
import { metrics as metricNames } from '#contract/metrics.ts';
import { reduceError } from '#core/errors.ts';
import { internalProblem, RequestError } from '#core/problem.ts';
import { afterThaw } from './deadline.ts';
import { measureBy } from './measure-by.ts';
import { logger, metrics } from './observability.ts';
import { reportUse } from './report-invocation.ts';
import { respondProblem } from './respond.ts';

export interface StreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as they come. One that ends when `signal` says so ends the answer. */
  readonly chunks: Iterable<string> | AsyncIterable<string>;
}

/** What is left to end the answer. */
const MARGIN_MS = 3_000;

/**
 * Wraps a function from a function URL's event to an answer that is streamed. `signal` aborts when the caller is known to
 * have gone, and shortly before the invocation's deadline. No middy: a caller who hangs up would be an error of its handler, and with it an alarm.
 */
export function streamHandler(answer: (event: LambdaFunctionURLEvent, signal: AbortSignal) => Promise<StreamAnswer>) {
  return awslambda.streamifyResponse(async (event: LambdaFunctionURLEvent, stream, context) => {
    const began = performance.now();
    const { method } = event.requestContext.http;
    logger.addContext(context);
    metrics.captureColdStartMetric(context.functionName);
    const gone = new AbortController();
    for (const end of ['close', 'error']) stream.once(end, () => gone.abort());
    const late = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - MARGIN_MS));
    const signal = AbortSignal.any([gone.signal, late]);

    const { status, headers, chunks } = await afterThaw(() => answerOrProblem(event, context, signal));
    const response = awslambda.HttpResponseStream.from(stream, { statusCode: status, headers });
    // Status and headers go with the first write, and with none never: aws-lambda-nodejs-runtime-interface-client issue 97
    response.write('');
    await send(chunks, response, signal);

    const hungUp = gone.signal.aborted;
    const milliseconds = Math.round(performance.now() - began);
    logger.info('stream ended', { method, status, milliseconds, hungUp });
    const statusClass = `${Math.floor(status / 100)}xx`;
    measureBy({ function: context.functionName, status: statusClass }, metricNames.answers, 'Count', 1);
    reportUse({ context });
    // Only now: with the end of the response the invocation may be frozen
    if (!hungUp) await end(response, gone.signal);
  });

  async function answerOrProblem(event: LambdaFunctionURLEvent, context: Context, signal: AbortSignal) {
    try {
      return await answer(event, signal);
    } catch (error) {
      if (error instanceof RequestError) return refuse(error.problem);
      logger.error('request failed', { failure: reduceError(error) });
      return refuse(internalProblem(context.awsRequestId));
    }
  }
}

/** A problem document as an answer that is streamed. */
export function refuse(...problem: Parameters<typeof respondProblem>): StreamAnswer {
  const { statusCode = 500, headers = {}, body = '' } = respondProblem(...problem);
  return { status: statusCode, headers: headers as Readonly<Record<string, string>>, chunks: [body] };
}

/** Resolves when all is handed over, or nobody takes it. */
async function end(response: Writable, signal: AbortSignal): Promise<void> {
  const finished = once(response, 'finish', { signal });
  response.end();
  await finished.catch(() => undefined);
}

/** No faster than they are read; until there are no more, or nobody who reads. */
async function send(chunks: StreamAnswer['chunks'], response: Writable, signal: AbortSignal): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (signal.aborted) return;
      if (!response.write(chunk)) await once(response, 'drain', { signal });
    }
  } catch (error) {
    if (signal.aborted) return;
    // The status is sent: to whoever reads, the stream ends, and they ask again
    logger.error('stream failed', { failure: reduceError(error) });
  }
}
