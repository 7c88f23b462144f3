import type { Sql } from 'postgres';
import type { Month } from '#core/retention.ts';

export type RetainedState = 'exporting' | 'exported' | 'verified' | 'detached' | 'dropped';

export interface KnownMonth {
  readonly month: Month;
  /** Whether analytics_events has it. */
  readonly isAttached: boolean;
  readonly state: RetainedState | null;
}

/** Every month that analytics_events has, and every one that is on its way out, the oldest first. */
export async function listMonths(sql: Sql): Promise<KnownMonth[]> {
  return await sql<KnownMonth[]>`
    select month, attached.month is not null as "isAttached", retained.state
    from (
      select replace(right(inhrelid::regclass::text, 7), '_', '-') as month
      from pg_inherits where inhparent = 'analytics_events'::regclass
    ) as attached
    full join (select to_char(month, 'YYYY-MM') as month, state from retained_months) as retained using (month)
    where attached.month is not null or retained.state <> 'dropped'
    order by month`;
}
