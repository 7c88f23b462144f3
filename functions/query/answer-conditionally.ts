import { metrics as metricNames } from '#contract/metrics.ts';
import { type Answer, digest, isAnswer, makeEtag, namesEtag } from '#core/etag.ts';
import { readDataVersion } from '#db/query/read-data-version.ts';
import { measureBy } from '#runtime/measure-by.ts';
import type { RouteAnswer, RouteModule, RouteRequest } from './route.ts';

/** What was answered, and when the data was as it was then. */
interface Known {
  readonly version: string;
  readonly etag: string;
}

/** About 200 bytes each: what the dashboards of a shop ask again and again. */
const MOST_KNOWN = 1_000;
const known = new Map<string, Known>();

/** In every zone of today a day begins on a quarter of an hour: until the next one, "the last 30 days" are the same. */
const QUARTER_MS = 900_000;
/** Zones reach from 12 hours before UTC to 14 after. */
const DAY_AND_ZONE_MS = 38 * 3_600_000;

export interface ConditionalRequest extends RouteRequest {
  /** `GET` and the path of the route. */
  readonly routeKey: string;
  readonly ifNoneMatch: string | undefined;
}

/**
 * Answers with an entity tag, or with 304 where the request names that tag. What the route is not made of anything but
 * `madeFrom` and the parameters, and none of these tables changed since this environment gave the tag: no question is asked
 * but for the version of the data.
 */
export async function answerConditionally(
  request: ConditionalRequest,
  { answer, madeFrom, endsNow = false }: RouteModule,
): Promise<RouteAnswer> {
  const { routeKey, ifNoneMatch, database } = request;
  const question = describeQuestion(request);
  const key = digest(`${question} ${isOver(request) ? '' : quarterOf(request.now)}`);
  const version = madeFrom && (await readDataVersion(database(), madeFrom));

  const last = known.get(key);
  const isUnchanged = last !== undefined && last.version === version;
  const hit = isUnchanged && ifNoneMatch !== undefined && namesEtag(ifNoneMatch, last.etag);
  if (madeFrom && ifNoneMatch !== undefined)
    measureBy({ route: routeKey }, metricNames.cacheHits, 'Count', hit ? 1 : 0);
  if (hit) return notModified(last.etag);

  const { status, body, headers } = await answer(request);
  if (status !== 200 || body === undefined || !isAnswer(body)) return { status, body, headers };
  const etag = makeEtag(question, endsNow ? withoutPeriod(body) : body);
  if (version !== undefined) remember(key, { version, etag });
  if (ifNoneMatch !== undefined && namesEtag(ifNoneMatch, etag)) return notModified(etag);
  return { status, body, headers: { ...headers, ...headersOf(etag) } };
}

/** Of a window that ends now: it moves on whether its figures do or not. */
const withoutPeriod = ({ data, meta }: Answer): Answer => ({
  data,
  meta: { ...meta, period: undefined },
});

const notModified = (etag: string): RouteAnswer => ({ status: 304, body: undefined, headers: headersOf(etag) });

/** Whoever asked may keep it, and asks each time whether it is still so. */
const headersOf = (etag: string) => ({ etag, 'cache-control': 'private, no-cache' });

/** The same for the same parameters in another order. */
const describeQuestion = ({ routeKey, query }: ConditionalRequest): string =>
  `${routeKey} ${JSON.stringify([...query].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))}`;

/** Whether the period ended before today, wherever that is: else a little later it may be another one, or what is due by now. */
const isOver = ({ query, now }: ConditionalRequest): boolean =>
  Date.parse(query.get('to') ?? '') < now.getTime() - DAY_AND_ZONE_MS;

const quarterOf = (now: Date): number => Math.floor(now.getTime() / QUARTER_MS);

/** The latest asked stay. */
function remember(key: string, value: Known): void {
  known.delete(key);
  known.set(key, value);
  if (known.size <= MOST_KNOWN) return;
  const [oldest] = known.keys();
  if (oldest !== undefined) known.delete(oldest);
}
