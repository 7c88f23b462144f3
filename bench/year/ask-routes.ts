import type { Sql } from 'postgres';
import { type RouteRow, routes } from '#contract/routes.ts';
import type { RouteModule } from '../../functions/query/route.ts';
import { measure, type Spread } from './measure.ts';

const ASKS = 20;
const DAY_MS = 86_400_000;

/** What a route cannot be asked without. */
const required: Readonly<Record<string, string>> = { explain: 'metric=gross' };

/** Routes that answer with figures: every row of the contract table that wants a token. */
export const measuredRoutes = (routes as readonly RouteRow[]).filter(({ scope }) => scope !== null);

/** The last whole days of UTC, [from, to). */
export function wholeDays(days: number): [from: string, to: string] {
  const until = Date.now() - (Date.now() % DAY_MS);
  return [until - days * DAY_MS, until].map((at) => new Date(at).toISOString()) as [string, string];
}

/** Whether it is asked about a period: not one that always ends now. */
export async function hasPeriod(name: string): Promise<boolean> {
  const { endsNow = false }: RouteModule = await import(`../../functions/query/routes/${name}.ts`);
  return !endsNow;
}

/** One answer as the function makes it, up to its text. @param days the last whole ones; the 30 of the default if absent */
export async function askRoute(sql: Sql, name: string, days?: number): Promise<string> {
  const route: RouteModule = await import(`../../functions/query/routes/${name}.ts`);
  const query = new URLSearchParams(required[name] ?? '');
  if (days !== undefined)
    for (const [index, edge] of wholeDays(days).entries()) query.set(index === 0 ? 'from' : 'to', edge);
  const { status, body } = await route.answer({
    query,
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
export async function measureRoute(sql: Sql, name: string, days?: number, asks = ASKS): Promise<Measured> {
  try {
    const answer = await askRoute(sql, name, days);
    return { ...(await measure(() => askRoute(sql, name, days), asks)), bytes: answer.length };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
