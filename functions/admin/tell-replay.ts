import { progressOf } from '#core/event-replay.ts';
import { MOST_COUNTED } from '#db/replays/count-known.ts';
import type { StoredReplay } from '#db/replays/list-replays.ts';
import type { Followed } from '#runtime/follow-replays.ts';

/** A replay as the API tells it. */
export function tellReplay({ knownBefore, ...replay }: StoredReplay) {
  return { ...replay, progress: progressOf(replay), known: tellKnown(knownBefore) };
}

/** Events that were stored when it was asked for; beyond `MOST_COUNTED` they were not counted. */
export function tellKnown(events: number) {
  return { events, isAtLeast: events >= MOST_COUNTED };
}

export function notesOn({ unreachable }: Followed): string[] {
  return unreachable > 0 ? ['EventBridge did not answer: what runs is told as it was last seen'] : [];
}
