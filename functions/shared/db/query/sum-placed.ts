import type { TransactionSql } from 'postgres';
import { type PeriodQuestion, placedOrders } from './placed-orders.ts';

export interface Placed {
  readonly orders: number;
  /** Plain decimal text. */
  readonly gross: string;
  /** Orders that no rate converts: they are in neither. */
  readonly unconverted: number;
}

/** Orders of the period from the orders themselves: nothing of it waits for a rollup. Meant for short periods. */
export async function sumPlaced(tx: TransactionSql, question: PeriodQuestion): Promise<Placed> {
  const [placed] = await tx<[Placed]>`
    select
      count(rate)::float8 as orders,
      coalesce(sum(gross * rate), 0)::text as gross,
      (count(*) - count(rate))::float8 as unconverted
    from (${placedOrders(tx, question)}) as placed`;
  return placed;
}
