import type { Sql } from 'postgres';

/** What every route is given: nothing in it is read from the environment or the clock again. */
export interface RouteRequest {
  readonly query: URLSearchParams;
  /** The client is made only when it is called for. */
  readonly database: () => Sql;
  /** The business zone. */
  readonly timeZone: string;
  /** The currency that answers default to. */
  readonly currency: string;
  readonly now: Date;
}

export interface RouteAnswer {
  readonly status: number;
  /** Written as JSON. */
  readonly body: object;
}

/** The export `answer` of `routes/<name>.ts`. Parts in this order: parameters, questions, answer. */
export type Route = (request: RouteRequest) => Promise<RouteAnswer>;
