import type { Sql } from 'postgres';
import { type RouteRow, routes } from '#contract';
import type { RouteModule } from '../../functions/query/route.ts';
import { measure, type Spread } from './measure.ts';

const ASKS = 20;

/** What a route cannot be asked without. */
const required: Readonly<Record<string, string>> = { explain: 'metric=gross' };

/** Routes that answer with figures: every row of the contract table that wants a token. */
export const measuredRoutes = (routes as readonly RouteRow[]).filter(({ scope }) => scope !== null);

/** One answer over the last 30 whole days, as the function makes it, up to its text. */
export async function askRoute(sql: Sql, name: string): Promise<string> {
  const route: RouteModule = await import(`../../functions/query/routes/${name}.ts`);
  const { status, body } = await route.answer({
    query: new URLSearchParams(required[name] ?? ''),
    database: () => sql,
    timeZone: 'UTC',
    currency: 'EUR',
    now: new Date(),
  });
  if (status !== 200) throw new Error(`${name} answers ${status}`);
  return JSON.stringify(body);
}

export type Measured = (Spread & { readonly bytes: number }) | { readonly failure: string };

/** One that does not answer in the role's time is said to, and the others are measured. */
export async function measureRoute(sql: Sql, name: string): Promise<Measured> {
  try {
    const answer = await askRoute(sql, name);
    return { ...(await measure(() => askRoute(sql, name), ASKS)), bytes: answer.length };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
