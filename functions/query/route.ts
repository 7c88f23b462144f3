import type { Sql } from 'postgres';

/** What every route is given: nothing in it is read from the environment or the clock again. */
export interface RouteRequest {
  readonly query: URLSearchParams;
  /** Variables of the path, where it has any. */
  readonly path?: Readonly<Record<string, string | undefined>>;
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
  /** Written as JSON, bytes as they are; undefined where the status has no body. */
  readonly body: object | undefined;
  /** Besides those of every answer, or instead of them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The export `answer` of `routes/<name>.ts`. Parts in this order: parameters, questions, answer. A route whose answers are
 * made from rows of some tables and the parameters alone (not from `now`, but for the default period, `asOf` and the lag) also
 * exports their names as `madeFrom`: as long as none changed, the answer it gave is still right, and is not computed again.
 */
export type Route = (request: RouteRequest) => Promise<RouteAnswer>;

export interface RouteModule {
  readonly answer: Route;
  /** Tables and views. */
  readonly madeFrom?: readonly string[];
  /** Its period ends now, and so is no part of what makes an answer another one. */
  readonly endsNow?: boolean;
}
