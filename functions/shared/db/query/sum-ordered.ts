import type { TransactionSql } from 'postgres';
import { type PeriodQuestion, placedOrders } from './placed-orders.ts';

/** What was ordered in the period. */
export interface Ordered {
  readonly orders: number;
  readonly units: number;
  /** gross − discounts, as plain decimal text. */
  readonly value: string;
  /** Orders that are in no sum, for want of a rate. */
  readonly unconverted: number;
}

export async function sumOrdered(tx: TransactionSql, question: PeriodQuestion): Promise<Ordered> {
  const [ordered] = await tx<[Ordered]>`
    with placed as materialized (${placedOrders(tx, question)})
    select
      count(rate)::float8 as orders,
      (
        select coalesce(sum(quantity), 0) from placed join order_lines using (order_id) where rate is not null
      )::float8 as units,
      coalesce(sum((gross - discounts) * rate), 0)::text as value,
      (count(*) - count(rate))::float8 as unconverted
    from placed`;
  return ordered;
}
