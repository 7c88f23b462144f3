import { type ReplayStatus, replayStatuses } from '#core/event-replay.ts';
import { type Page, pageNames, readPage, writeCursor } from '#core/page.ts';
import { readChoice, readParameters } from '#core/query-parameters.ts';
import { listReplays } from '#db/replays/list-replays.ts';
import { followReplays } from '#runtime/follow-replays.ts';
import type { AdminRoute } from '../admin-route.ts';
import { readLastId } from '../read-last-id.ts';
import { notesOn, tellReplay } from '../tell-replay.ts';

interface Parameters {
  readonly status: ReplayStatus | undefined;
  readonly page: Page;
}

/** The newest first, each as EventBridge says of it now. */
export const route: AdminRoute<Parameters> = {
  read: ({ query }) => {
    const parameters = readParameters(query, ['status', ...pageNames]);
    return { status: readChoice(parameters, 'status', replayStatuses), page: readPage(parameters, 1) };
  },
  audited: ({ status = null, page }) => ({ status, limit: page.limit, after: readLastId(page) }),
  answer: async ({ status, page }, { database }) => {
    const followed = await followReplays(database());
    const filter = { ...(status && { status }), before: readLastId(page), limit: page.limit + 1 };
    const replays = await listReplays(database(), filter);
    const data = replays.slice(0, page.limit).map(tellReplay);
    const nextCursor = replays.length > page.limit ? writeCursor([data.at(-1)!.id]) : null;
    return { data, meta: { nextCursor, notes: notesOn(followed) }, counts: { rows: data.length } };
  },
};
