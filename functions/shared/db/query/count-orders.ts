import type { TransactionSql } from 'postgres';
import { type PeriodQuestion, placedOrders } from './placed-orders.ts';

/** Orders created, and what has become of them since. */
export interface OrderCounts {
  readonly placed: number;
  readonly cancelled: number;
  readonly paid: number;
  readonly handedOver: number;
  readonly delivered: number;
}

export interface OrderCountsRow extends OrderCounts {
  readonly level: 'total' | 'status' | 'bucket';
  readonly status: string | null;
  /** Index of the bucket in `starts`. */
  readonly bucket: number | null;
  /** Orders created that are counted in nothing else, for want of a rate. */
  readonly unconverted: number;
}

/** Orders created in the period: in all, by current status, by bucket; what has none has no row. */
export async function countOrders(tx: TransactionSql, question: PeriodQuestion): Promise<OrderCountsRow[]> {
  return await tx<OrderCountsRow[]>`
    select
      case grouping(status, bucket) when 3 then 'total' when 1 then 'status' else 'bucket' end as level, status, bucket,
      count(rate)::float8 as placed,
      count(cancelled_at) filter (where rate is not null)::float8 as cancelled,
      count(paid_at) filter (where rate is not null)::float8 as paid,
      count(handed_over_at) filter (where rate is not null)::float8 as "handedOver",
      count(delivered_at) filter (where rate is not null)::float8 as delivered,
      (count(*) - count(rate))::float8 as unconverted
    from (${placedOrders(tx, question)}) as placed
    group by grouping sets ((), (status), (bucket))`;
}
