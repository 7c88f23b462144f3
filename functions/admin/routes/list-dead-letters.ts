import { type DeadLetterFilter, filterNames, readDeadLetterFilter } from '#core/dead-letter-filter.ts';
import { type Page, pageNames, readPage, writeCursor } from '#core/page.ts';
import { readParameters } from '#core/query-parameters.ts';
import { listDeadLetters } from '#db/admin/list-dead-letters.ts';
import type { AdminRoute } from '../admin-route.ts';
import { readLastId } from '../read-last-id.ts';

interface Parameters {
  readonly filter: DeadLetterFilter;
  readonly page: Page;
}

export const route: AdminRoute<Parameters> = {
  read: ({ query, zone }) => {
    const parameters = readParameters(query, [...filterNames, ...pageNames]);
    return { filter: readDeadLetterFilter(parameters, zone), page: readPage(parameters, 1) };
  },
  audited: ({ filter, page }) => ({ ...filter, limit: page.limit, after: readLastId(page) }),
  answer: async ({ filter, page }, { database }) => {
    // one more tells whether there is another page
    const rows = await listDeadLetters(database(), filter, { before: readLastId(page), limit: page.limit + 1 });
    const data = rows.slice(0, page.limit);
    const nextCursor = rows.length > page.limit ? writeCursor([data.at(-1)!.id]) : null;
    return { data, meta: { nextCursor }, counts: { rows: data.length } };
  },
};
