import { ADMIN_TIMEOUT_SECONDS, adminRoutes } from '#contract/routes.ts';
import { NotFound } from '#core/problem.ts';
import { readSettings } from '#runtime/config.ts';
import { database } from '#runtime/database.ts';
import { httpHandler } from '#runtime/http-handler.ts';
import type { AdminRoute } from './admin-route.ts';
import { answerCall } from './answer-call.ts';

const settings = readSettings(['ANALYTICS_TIME_ZONE']);

/** Answers each admin route of the contract table from its own file. */
export const handler = httpHandler(async (event) => {
  const startedAt = Date.now();
  const row = adminRoutes.find(({ method, path }) => event.routeKey === `${method} ${path}`);
  if (!row) throw new NotFound();
  const { route }: { route: AdminRoute<unknown> } = await import(`./routes/${row.name}.ts`);
  return await answerCall(event, {
    ...{ row, route, database },
    zone: settings.ANALYTICS_TIME_ZONE,
    remainingMilliseconds: () => startedAt + ADMIN_TIMEOUT_SECONDS * 1000 - Date.now(),
  });
});
