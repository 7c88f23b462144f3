import type { Sql } from 'postgres';
import type { Month } from '#core/retention.ts';

/** `detached`, or what was in the way: the rows changed since, hours to roll up, a replay, other transactions. */
export type DetachOutcome = 'detached' | 'changed' | 'dirty' | 'replayed' | 'busy';

/** Takes a verified month out of analytics_events if its files hold exactly what it holds. */
export async function detachMonth(sql: Sql, month: Month, attempt: number): Promise<DetachOutcome> {
  const [row] = await sql<[{ outcome: DetachOutcome }]>`
    select detach_event_month(${`${month}-01`}::text::date, ${attempt}) as outcome`;
  return row.outcome;
}

/** Drops what was detached the day before. */
export async function dropMonth(sql: Sql, month: Month, attempt: number): Promise<void> {
  await sql`select drop_event_month(${`${month}-01`}::text::date, ${attempt})`;
}
