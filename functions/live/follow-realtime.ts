import { setTimeout as sleep } from 'node:timers/promises';
import { type Problem, problemType } from '#core/problem.ts';
import type { Asked } from './ask-realtime.ts';
import { writeComment, writeEvent, writeRetry } from './write-event.ts';

export interface Following {
  /** The answer to the first question: 200, or 304 where the viewer has it already. */
  readonly first: Asked;
  /** Asks whether the answer of this tag still holds. Throws where the API is not reached. */
  readonly ask: (etag: string | undefined) => Promise<Asked>;
  /** Of what the viewer has, where `first` is a 304. */
  readonly etag: string | undefined;
  readonly intervalMs: number;
  /** After so long without an event a comment is sent. Default: 15 s. */
  readonly heartbeatMs?: number;
  /** The end of the stream, or of its viewer. */
  readonly signal: AbortSignal;
  /** Called where the API was not reached or could not answer. */
  readonly onFailure: (failure: unknown) => void;
}

const RETRY_MS = 1_000;
/** Proxies commonly end a connection that is silent for a minute or half of one. */
const HEARTBEAT_MS = 15_000;
const LONGEST_PAUSE_MS = 30_000;
/** In a row. With the pauses between, about a minute and a half at an interval of 5 s. */
const MOST_FAILURES = 5;

/**
 * The live stream of one viewer, as the text of server-sent events: `realtime` with each answer that differs from the one
 * before, nothing but a comment now and then while none does, and `end` with a problem where asking on is of no use.
 */
export async function* followRealtime(following: Following): AsyncGenerator<string, void> {
  const { first, ask, intervalMs, heartbeatMs = HEARTBEAT_MS, signal, onFailure } = following;
  yield writeRetry(RETRY_MS);
  let etag = first.status === 200 ? (first.etag ?? undefined) : following.etag;
  if (first.status === 200) yield writeAnswer(first);
  let writtenAt = performance.now();
  let failures = 0;

  for (;;) {
    const pause = Math.min(intervalMs * 2 ** failures, Math.max(intervalMs, LONGEST_PAUSE_MS));
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const asked = await ask(etag).catch((error: unknown) => error);
    if (signal.aborted) return;

    if (!isAsked(asked) || isPassing(asked.status)) {
      failures += 1;
      onFailure(isAsked(asked) ? asked.status : asked);
      if (failures === MOST_FAILURES) return yield writeEnd(unavailable);
    } else if (asked.status === 200) {
      failures = 0;
      etag = asked.etag ?? undefined;
      yield writeAnswer(asked);
      writtenAt = performance.now();
    } else if (asked.status === 304) {
      failures = 0;
    } else {
      return yield writeEnd(refused(asked.status));
    }
    if (performance.now() - writtenAt >= heartbeatMs) {
      yield writeComment('still here');
      writtenAt = performance.now();
    }
  }
}

const isAsked = (asked: unknown): asked is Asked => typeof (asked as Asked | undefined)?.status === 'number';

/** Throttled, or an error of the API's own: another time it may answer. */
const isPassing = (status: number) => status === 429 || status >= 500;

const writeAnswer = ({ etag, text }: Asked) => writeEvent({ event: 'realtime', id: etag ?? undefined, data: text });

const writeEnd = (problem: Problem) => writeEvent({ event: 'end', data: JSON.stringify(problem) });

const unavailable: Problem = {
  type: problemType('unavailable'),
  title: 'Unavailable',
  status: 503,
  detail: 'The API did not answer several times in a row: try again later',
};

/** The API took the first question, and takes this one no longer. */
function refused(status: number): Problem {
  if (status === 401) {
    const detail = 'The token is taken no longer: connect again with a new one';
    return { type: problemType('unauthorized'), title: 'Unauthorized', status, detail };
  }
  return { type: problemType('refused'), title: 'Refused', status, detail: 'The API refuses what it answered before' };
}
