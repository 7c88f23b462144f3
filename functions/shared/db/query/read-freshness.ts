import type { TransactionSql } from 'postgres';
import type { Range } from '#core/time-windows.ts';

export interface StoredState {
  readonly newestEventAt: Date | null;
  /** Hours of the range that the rollups do not have as they are now. */
  readonly pendingWindows: number;
  /** Whether there has ever been such an input. */
  readonly orders: boolean;
  readonly payments: boolean;
  readonly refunds: boolean;
  readonly sessions: boolean;
  readonly customers: boolean;
}

/** How far the stored data goes, and which inputs there have ever been. */
export async function readFreshness(tx: TransactionSql, range: Range): Promise<StoredState> {
  const [state] = await tx<[StoredState]>`
    select
      -- no event is newer than its hour, so only the partitions and blocks since the last active hour are read
      (
        select max(occurred_at) from analytics_events
        where occurred_at >= coalesce((select max(hour) from active_users), '-infinity')
      ) as "newestEventAt",
      (
        select count(distinct hour)::float8 from dirty_windows
        where hour >= hour_of(${String(range.from)}::text::timestamptz) and hour < ${String(range.to)}::text::timestamptz
      ) as "pendingWindows",
      exists (select from orders where created_at is not null) as orders,
      exists (select from payments where paid_at is not null) as payments,
      exists (select from returns where refunded_at is not null) as refunds,
      exists (select from sessions) as sessions,
      exists (select from orders where customer_id is not null) or exists (select from customers)
        or exists (select from active_users where kind = 'customer') as customers`;
  return state;
}
