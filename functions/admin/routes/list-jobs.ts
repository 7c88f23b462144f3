import { type JobRow, jobs } from '#contract/jobs.ts';
import { type Page, pageNames, readPage, writeCursor } from '#core/page.ts';
import { readChoice, readParameters } from '#core/query-parameters.ts';
import { listJobRuns } from '#db/admin/list-job-runs.ts';
import type { AdminRoute } from '../admin-route.ts';
import { readLastId } from '../read-last-id.ts';

interface Parameters {
  readonly job: string | null;
  readonly page: Page;
}

const rows: readonly JobRow[] = jobs;

export const route: AdminRoute<Parameters> = {
  read: ({ query }) => {
    const parameters = readParameters(query, ['job', ...pageNames]);
    const names = rows.map(({ name }) => name);
    return { job: readChoice(parameters, 'job', names) ?? null, page: readPage(parameters, 1) };
  },
  audited: ({ job, page }) => ({ job, limit: page.limit, after: readLastId(page) }),
  answer: async ({ job, page }, { database }) => {
    const runs = await listJobRuns(database(), job, { before: readLastId(page), limit: page.limit + 1 });
    const data = runs.slice(0, page.limit);
    const nextCursor = runs.length > page.limit ? writeCursor([data.at(-1)!.id]) : null;
    return { data, meta: { nextCursor }, counts: { rows: data.length } };
  },
};
