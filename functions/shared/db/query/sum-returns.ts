import type { TransactionSql } from 'postgres';
import type { PeriodQuestion } from './placed-orders.ts';
import { refundRows } from './refund-rows.ts';

/** Amounts are plain decimal text. */
export interface ReturnSums {
  readonly returns: number;
  readonly units: number;
  readonly refunds: string;
  readonly handlingCost: string;
}

export interface ReturnsRow extends ReturnSums {
  readonly level: 'total' | 'reason' | 'bucket';
  readonly reason: string | null;
  /** Index of the bucket in `starts`. */
  readonly bucket: number | null;
  /** Orders that something was refunded of. */
  readonly orders: number;
  /** Returns that name no order. */
  readonly withoutOrder: number;
  /** Returns that are in no sum, for want of a rate. */
  readonly unconverted: number;
}

/** Returns refunded in the period: in all, by reason, by bucket; what has none has no row. */
export async function sumReturns(tx: TransactionSql, question: PeriodQuestion): Promise<ReturnsRow[]> {
  return await tx<ReturnsRow[]>`
    with refunds as materialized (${refundRows(tx, question)}),
    sent_back as (select return_id, sum(quantity) as units from refunds join return_lines using (return_id) group by return_id)
    select
      case grouping(reason, bucket) when 3 then 'total' when 1 then 'reason' else 'bucket' end as level, reason, bucket,
      count(rate)::float8 as returns,
      count(distinct order_id) filter (where rate is not null)::float8 as orders,
      count(rate) filter (where order_id is null)::float8 as "withoutOrder",
      coalesce(sum(units) filter (where rate is not null), 0)::float8 as units,
      coalesce(sum(refund_amount * rate), 0)::text as refunds,
      coalesce(sum(cost_amount * rate), 0)::text as "handlingCost",
      (count(*) - count(rate))::float8 as unconverted
    from refunds left join sent_back using (return_id)
    group by grouping sets ((), (reason), (bucket))`;
}
