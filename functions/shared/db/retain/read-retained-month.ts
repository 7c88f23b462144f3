import type { Sql } from 'postgres';
import type { Month } from '#core/retention.ts';
import type { RetainedState } from './list-months.ts';

export interface RetainedMonth {
  readonly month: Month;
  readonly state: RetainedState;
  readonly attempt: number;
  /** First block of the partition that is in no file yet. */
  readonly nextBlock: number;
  readonly surrogateKey: Uint8Array | null;
  /** Whether it has been detached for long enough to be dropped. */
  readonly isDroppable: boolean;
}

export async function readRetainedMonth(sql: Sql, month: Month): Promise<RetainedMonth | undefined> {
  const [row] = await sql<RetainedMonth[]>`
    select
      to_char(month, 'YYYY-MM') as month, state, attempt, next_block::float8 as "nextBlock", surrogate_key as "surrogateKey",
      coalesce(detached_at < now() - interval '20 hours', false) as "isDroppable"
    from retained_months where month = ${`${month}-01`}::text::date`;
  return row;
}
