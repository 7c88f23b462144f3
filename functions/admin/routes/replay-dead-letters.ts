import { type DeadLetterFilter, filterNames, readDeadLetterFilter } from '#core/dead-letter-filter.ts';
import { type Page, readPage, writeCursor } from '#core/page.ts';
import { BadParameter } from '#core/problem.ts';
import { readParameters } from '#core/query-parameters.ts';
import { countReplayable } from '#db/count-replayable.ts';
import { replayMatching } from '#runtime/replay-dead-letters.ts';
import type { AdminRoute } from '../admin-route.ts';
import { readBody } from '../read-body.ts';
import { readLastId } from '../read-last-id.ts';

interface Parameters {
  readonly filter: DeadLetterFilter;
  readonly after: string;
  /** Letters of this call at most. */
  readonly most: number;
}

const MOST = 10_000;

/** The oldest first, as many as the time allows; `cursor` says where another call goes on. */
export const route: AdminRoute<Parameters> = {
  read: ({ query, body, zone }) => {
    readParameters(query, []);
    const members = readBody(body, [...filterNames, 'limit', 'cursor']);
    if (!filterNames.some((name) => members.has(name))) {
      throw new BadParameter('body', `expected one of ${filterNames.join(', ')} at least; {"status": "open"} is all`);
    }
    const filter = readDeadLetterFilter(members, zone);
    if (filter.status === 'discarded') throw new BadParameter('status', 'expected open or replayed');
    const cursor = members.get('cursor');
    const page: Page = readPage(new Map(cursor === undefined ? [] : [['cursor', cursor]]), 1);
    return { filter, after: readLastId(page) ?? '0', most: readMost(members.get('limit')) };
  },
  audited: ({ filter, after, most }) => ({ ...filter, after, limit: most }),
  answer: async ({ filter, after, most }, { database, dryRun, hasTime }) => {
    const question = { filter, after, mostReplays: null };
    if (dryRun) {
      const { count } = await countReplayable(database(), question);
      const data = { matched: count, replayed: 0, failed: 0, remaining: count, cursor: null };
      return { data, counts: { matched: count, replayed: 0 } };
    }
    const { goOnAfter, ...counts } = await replayMatching(database(), question, { most, hasTime });
    return { data: { ...counts, cursor: goOnAfter && writeCursor([goOnAfter]) }, counts };
  },
};

function readMost(text = String(MOST)): number {
  const most = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (most < 1 || most > MOST) throw new BadParameter('limit', `expected a whole number from 1 to ${MOST}`);
  return most;
}
