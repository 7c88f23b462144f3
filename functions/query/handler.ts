import { routes } from '#contract';
import { NotFound } from '#core/problem.ts';
import { readSettings } from '#runtime/config.ts';
import { database } from '#runtime/database.ts';
import { httpHandler } from '#runtime/http-handler.ts';
import type { Route } from './route.ts';

const settings = readSettings(['ANALYTICS_TIME_ZONE', 'ANALYTICS_CURRENCY']);

/** Answers each route of the contract table from its own file. */
export const handler = httpHandler(async (event) => {
  const row = routes.find(({ path }) => event.routeKey === `GET ${path}`);
  if (!row) throw new NotFound();
  const { answer }: { answer: Route } = await import(`./routes/${row.name}.ts`);
  return await answer({
    query: new URLSearchParams(event.rawQueryString),
    database,
    timeZone: settings.ANALYTICS_TIME_ZONE,
    currency: settings.ANALYTICS_CURRENCY,
    now: new Date(),
  });
});
