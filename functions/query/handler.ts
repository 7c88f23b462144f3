import { routes } from '#contract/routes.ts';
import { NotFound } from '#core/problem.ts';
import { readSettings } from '#runtime/config.ts';
import { database } from '#runtime/database.ts';
import { httpHandler } from '#runtime/http-handler.ts';
import { answerConditionally } from './answer-conditionally.ts';
import type { RouteModule } from './route.ts';

const settings = readSettings(['ANALYTICS_TIME_ZONE', 'ANALYTICS_CURRENCY']);

/** Answers each route of the contract table from its own file. */
export const handler = httpHandler(async (event) => {
  const row = routes.find(({ path }) => event.routeKey === `GET ${path}`);
  if (!row) throw new NotFound();
  const route: RouteModule = await import(`./routes/${row.name}.ts`);
  const request = {
    routeKey: event.routeKey,
    ifNoneMatch: event.headers['if-none-match'],
    query: new URLSearchParams(event.rawQueryString),
    path: event.pathParameters,
    database,
    timeZone: settings.ANALYTICS_TIME_ZONE,
    currency: settings.ANALYTICS_CURRENCY,
    now: new Date(),
  };
  return await answerConditionally(request, route);
});
