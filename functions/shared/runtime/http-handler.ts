import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { metrics as metricNames } from '#contract/metrics.ts';
import { reduceError } from '#core/errors.ts';
import { internalProblem, type Problem, RequestError, Unavailable } from '#core/problem.ts';
import { discardDatabase } from './database.ts';
import { afterThaw, DeadlineExceeded, withDeadline } from './deadline.ts';
import { measureBy } from './measure-by.ts';
import { logger, tracer } from './observability.ts';
import { reportInvocation } from './report-invocation.ts';
import { respondJson, respondProblem } from './respond.ts';

/** What is left to say that there was no time. */
const MARGIN_MS = 2_000;

export interface HttpAnswer {
  readonly status: number;
  /** Undefined where the status has none. */
  readonly body: object | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Wraps a function from an HTTP API's event to a status and a JSON body. Errors become problem documents here, before
 * the middlewares could write them whole into logs and traces.
 */
export function httpHandler(answer: (event: APIGatewayProxyEventV2) => Promise<HttpAnswer>) {
  return middy(async (event: APIGatewayProxyEventV2, context: Context): Promise<APIGatewayProxyStructuredResultV2> => {
    const began = performance.now();
    const response = await respond(event, context);
    const { routeKey: route } = event;
    const status = response.statusCode ?? 200;
    const milliseconds = Math.round(performance.now() - began);
    logger.info('request answered', { route, status, milliseconds });
    measureBy({ route }, metricNames.routeLatency, 'Milliseconds', milliseconds);
    const statusClass = `${Math.floor(status / 100)}xx`;
    measureBy({ function: context.functionName, status: statusClass }, metricNames.answers, 'Count', 1);
    return response;
  })
    .use(injectLambdaContext(logger))
    .use(reportInvocation())
    .use(captureLambdaHandler(tracer, { captureResponse: false }));

  async function respond(event: APIGatewayProxyEventV2, context: Context): Promise<APIGatewayProxyStructuredResultV2> {
    const deadline = context.getRemainingTimeInMillis() - MARGIN_MS;
    try {
      const { status, body, headers } = await afterThaw(() => withDeadline(deadline, () => answer(event)));
      return respondJson(status, body, headers);
    } catch (error) {
      if (error instanceof RequestError && !(error instanceof Unavailable)) return respondProblem(error.problem);
      logger.error('request failed', { route: event.routeKey, failure: reduceError(error) });
      // A connection that failed amid a result can give its next query wrong rows, or none ever.
      await discardDatabase();
      return respondProblem(problemOf(error, context.awsRequestId));
    }
  }
}

/** SQLSTATE of a statement that took longer than its role may. */
const QUERY_CANCELED = '57014';

/** The database is not there, or had not the time: any code but an SQLSTATE is the socket's or the driver's. */
function problemOf(error: unknown, requestId: string): Problem {
  const code = reduceError(error).code;
  const unavailable =
    code !== undefined && (code === QUERY_CANCELED || !/^[0-9A-Z]{5}$/.test(code) || /^(08|53|57P)/.test(code));
  return error instanceof Unavailable || error instanceof DeadlineExceeded || unavailable
    ? new Unavailable().problem
    : internalProblem(requestId);
}
