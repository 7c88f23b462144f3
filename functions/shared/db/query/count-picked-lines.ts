import type { TransactionSql } from 'postgres';
import { type PeriodQuestion, placedOrders } from './placed-orders.ts';

export interface PickedLines {
  /** Lines of parcels that say how much was picked. */
  readonly lines: number;
  /** As much as was to be picked, no more and no less. */
  readonly exact: number;
}

/** Of the parcels of the orders created in the period. */
export async function countPickedLines(tx: TransactionSql, question: PeriodQuestion): Promise<PickedLines> {
  const [counts] = await tx<[PickedLines]>`
    select count(*)::float8 as lines, count(*) filter (where picked_quantity = quantity)::float8 as exact
    from (${placedOrders(tx, question)}) as placed
    join shipments using (order_id)
    join shipment_lines using (shipment_id)
    where rate is not null and picked_quantity is not null`;
  return counts;
}
