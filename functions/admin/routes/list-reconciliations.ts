import {
  type ReconciliationKind,
  type ReconciliationStatus,
  reconciliationKinds,
  reconciliationStatuses,
} from '#contract/reconciliations.ts';
import { type Page, pageNames, readPage, writeCursor } from '#core/page.ts';
import { readChoice, readParameters } from '#core/query-parameters.ts';
import { listReconciliations } from '#db/admin/list-reconciliations.ts';
import type { AdminRoute } from '../admin-route.ts';
import { readLastId } from '../read-last-id.ts';

interface Parameters {
  readonly kind: ReconciliationKind | null;
  readonly status: ReconciliationStatus | null;
  readonly page: Page;
}

export const route: AdminRoute<Parameters> = {
  read: ({ query }) => {
    const parameters = readParameters(query, ['kind', 'status', ...pageNames]);
    return {
      kind: readChoice(parameters, 'kind', reconciliationKinds) ?? null,
      status: readChoice(parameters, 'status', reconciliationStatuses) ?? null,
      page: readPage(parameters, 1),
    };
  },
  audited: ({ kind, status, page }) => ({ kind, status, limit: page.limit, after: readLastId(page) }),
  answer: async ({ kind, status, page }, { database }) => {
    const options = { before: readLastId(page), limit: page.limit + 1 };
    const rows = await listReconciliations(database(), { kind, status }, options);
    const data = rows.slice(0, page.limit);
    const nextCursor = rows.length > page.limit ? writeCursor([data.at(-1)!.id]) : null;
    return { data, meta: { nextCursor }, counts: { rows: data.length } };
  },
};
