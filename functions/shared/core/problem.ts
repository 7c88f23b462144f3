import { AnalyticsError } from './errors.ts';

/** RFC 9457. Names what is wrong, never a value that was sent. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The query parameter that is wrong. */
  readonly parameter?: string;
  /** By which the logs know this request. */
  readonly requestId?: string;
}

export const problemType = (name: string) => `urn:commerce-analytics:problem:${name}`;

/** An error whose answer is known where it is thrown. */
export abstract class RequestError extends AnalyticsError {
  abstract readonly problem: Problem;
}

export class BadParameter extends RequestError {
  override readonly name = 'BadParameter';
  readonly problem: Problem;

  /** @param expectation what the parameter must be, as in "expected a date" */
  constructor(parameter: string, expectation: string) {
    super(`${parameter}: ${expectation}`);
    const detail = `${parameter}: ${expectation}`;
    this.problem = { type: problemType('bad-parameter'), title: 'Bad parameter', status: 400, detail, parameter };
  }
}

export class NotFound extends RequestError {
  override readonly name = 'NotFound';
  readonly problem: Problem = {
    type: problemType('not-found'),
    title: 'Not found',
    status: 404,
    detail: 'There is no such route',
  };
}

export class Unavailable extends RequestError {
  override readonly name = 'Unavailable';
  override readonly message = 'the database did not answer in time';
  readonly problem: Problem = {
    type: problemType('unavailable'),
    title: 'Unavailable',
    status: 503,
    detail: 'The database did not answer in time: try again, or ask for a shorter period',
  };
}

/** Of a request that comes without a token; one that is wrong is the API's to refuse. */
export class Unauthorized extends RequestError {
  override readonly name = 'Unauthorized';
  readonly problem: Problem = {
    type: problemType('unauthorized'),
    title: 'Unauthorized',
    status: 401,
    detail: 'Expected a bearer token in the header Authorization',
  };
}

/** What is said of an error that nobody expected: nothing but where to find it. */
export function internalProblem(requestId: string): Problem {
  const detail = 'The request could not be answered; the logs say why under its requestId';
  return { type: problemType('internal'), title: 'Internal error', status: 500, detail, requestId };
}
