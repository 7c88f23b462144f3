import type { TransactionSql } from 'postgres';
import type { Range } from '#core/time-windows.ts';

export interface DataFaults {
  /** Orders of which order events came, but none with status created. Over all time: they have no date of their own. */
  readonly ordersWithoutCreation: number;
  /** Orders known only by their payments, shipments or returns. */
  readonly ordersWithoutEvents: number;
  /** Events that came after a higher version of their aggregate, over all time. */
  readonly late: readonly { readonly aggregate: string; readonly count: number }[];
  /** Dead letters that came to the service in the range, whatever became of them. */
  readonly rejected: readonly { readonly type: string | null; readonly reason: string; readonly count: number }[];
}

/** What is wrong with the data that came, in counts. */
export async function countDataFaults(tx: TransactionSql, range: Range): Promise<DataFaults> {
  const [orders] = await tx<[Pick<DataFaults, 'ordersWithoutCreation' | 'ordersWithoutEvents'>]>`
    select
      count(*) filter (where status is not null)::float8 as "ordersWithoutCreation",
      count(*) filter (where status is null)::float8 as "ordersWithoutEvents"
    from orders where created_at is null`;
  const late = await tx<DataFaults['late'][number][]>`
    select aggregate, sum(late_events)::float8 as count from event_sequence_tracking where late_events > 0
    group by aggregate order by aggregate`;
  const rejected = await tx<DataFaults['rejected'][number][]>`
    select event_type as type, reason, count(*)::float8 as count from dead_letter_queue
    where received_at >= ${String(range.from)}::text::timestamptz and received_at < ${String(range.to)}::text::timestamptz
    group by event_type, reason order by event_type nulls last, reason`;
  return { ...orders, late, rejected };
}
