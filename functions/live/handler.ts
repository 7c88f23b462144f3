import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { routes } from '#contract/routes.ts';
import { reduceError } from '#core/errors.ts';
import { NotFound, type Problem, problemType, Unauthorized } from '#core/problem.ts';
import { readResource, readSettings } from '#runtime/config.ts';
import { logger } from '#runtime/observability.ts';
import { refuse, type StreamAnswer, streamHandler } from '#runtime/stream-handler.ts';
import { type Asked, askRealtime } from './ask-realtime.ts';
import { followRealtime } from './follow-realtime.ts';

const { LIVE_INTERVAL_SECONDS, LIVE_STREAM_SECONDS } = readSettings(['LIVE_INTERVAL_SECONDS', 'LIVE_STREAM_SECONDS']);
const realtime = new URL(routes.find(({ name }) => name === 'realtime')!.path, readResource('apiUrl'));

/**
 * `GET /` with the parameters of `/realtime`: its answers as they change, as server-sent events. It knows no keys and no
 * database: each question is put to the API with the viewer's own token, so who may see what is the API's to say.
 */
export const handler = streamHandler(async (event, gone) => {
  const { authorization, lastEventId } = readRequest(event);
  const url = new URL(`?${event.rawQueryString}`, realtime);
  const signal = AbortSignal.any([gone, AbortSignal.timeout(LIVE_STREAM_SECONDS * 1_000)]);
  const ask = (etag: string | undefined) => askRealtime({ url, authorization }, etag, signal);
  const onFailure = (failure: unknown) =>
    logger.warn(
      'the API did not answer',
      typeof failure === 'number' ? { status: failure } : { error: reduceError(failure) },
    );

  const first = await ask(lastEventId).catch(onFailure);
  if (first === undefined) return refuse(unreachable);
  if (first.status !== 200 && first.status !== 304) return passOn(first);
  const intervalMs = LIVE_INTERVAL_SECONDS * 1_000;
  const chunks = followRealtime({ first, ask, etag: lastEventId, intervalMs, signal, onFailure });
  return { status: 200, headers, chunks };
});

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

const unreachable: Problem = {
  type: problemType('unavailable'),
  title: 'Unavailable',
  status: 503,
  detail: 'The API did not answer in time: try again',
};

/** What HTTP takes as a header's value; anything else `fetch` would refuse with an error of its own. */
const VISIBLE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const LONGEST_ID = 200;

/** @throws {NotFound} @throws {Unauthorized} before anybody is asked: who has no token costs the API nothing */
function readRequest({ rawPath, headers: given, requestContext }: LambdaFunctionURLEvent) {
  if (requestContext.http.method !== 'GET' || rawPath !== '/') throw new NotFound();
  const { authorization = '', 'last-event-id': id = '' } = given;
  if (!VISIBLE.test(authorization)) throw new Unauthorized();
  return { authorization, lastEventId: VISIBLE.test(id) && id.length <= LONGEST_ID ? id : undefined };
}

/** A refusal of the API, as it is. */
function passOn({ status, contentType, text }: Asked): StreamAnswer {
  const { 'x-content-type-options': nosniff, 'cache-control': noStore } = headers;
  return {
    status,
    headers: {
      ...(contentType !== null && { 'content-type': contentType }),
      ...{ 'cache-control': noStore, 'x-content-type-options': nosniff },
    },
    chunks: [text],
  };
}
