import { NoSuchRow } from '#core/admin-problems.ts';
import { countStoredSince } from '#db/replays/count-stored-since.ts';
import { listReplays } from '#db/replays/list-replays.ts';
import { followReplays } from '#runtime/follow-replays.ts';
import { type AdminRoute, ofRow, type RowId } from '../admin-route.ts';
import { notesOn, tellReplay } from '../tell-replay.ts';

/** A replay as EventBridge says of it now, and what it brought back. */
export const route: AdminRoute<RowId> = {
  ...ofRow,
  answer: async ({ id }, { database }) => {
    const followed = await followReplays(database(), { id });
    const [replay] = await listReplays(database(), { id, limit: 1 });
    if (replay === undefined) throw new NoSuchRow('replay');
    const stored = await countStoredSince(database(), replay);
    const notes = [
      ...notesOn(followed),
      'effect.stored: events of these types and this range, by their own time, that were stored since the replay was asked for',
      'EventBridge does not say how many events it replayed; duplicates are counted by the metric EventsDuplicate',
      ...(stored === null ? ['effect.stored: too many events to look through in the time of an answer'] : []),
    ];
    return { data: { ...tellReplay(replay), effect: { stored } }, meta: { notes }, counts: { rows: 1 } };
  },
};
