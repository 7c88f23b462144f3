import type { TransactionSql } from 'postgres';
import type { ReturnedFigures } from './list-returned-products.ts';
import { type PeriodQuestion, placedOrders } from './placed-orders.ts';
import { refundRows } from './refund-rows.ts';

export interface ReturnedCategory extends ReturnedFigures {
  /** Null: of lines of no known category. */
  readonly categoryId: string | null;
}

/** The categories of the lines that were refunded in the period, as they were ordered under, the most units first. */
export async function listReturnedCategories(
  tx: TransactionSql,
  question: PeriodQuestion,
  limit: number,
): Promise<ReturnedCategory[]> {
  return await tx<ReturnedCategory[]>`
    with refunds as materialized (${refundRows(tx, question)}),
    sent_back as (
      select category_id, sum(quantity) as units, sum(amount * rate) as amount
      from refunds
      join return_lines as line using (return_id)
      left join lateral (
        select category_id from order_lines
        where order_id = refunds.order_id and product_id = line.product_id and category_id is not null
        order by line_number
        limit 1
      ) as ordered on true
      where rate is not null
      group by category_id
    ),
    -- kept: the planner expects one category, and would read all orders again for each
    ordered as materialized (
      select category_id, sum(quantity) as units
      from (${placedOrders(tx, question)}) as placed join order_lines using (order_id)
      where rate is not null
      group by category_id
    )
    select
      sent_back.category_id as "categoryId", sent_back.units::float8 as units, amount::text as amount,
      coalesce(ordered.units, 0)::float8 as ordered
    from sent_back left join ordered on ordered.category_id is not distinct from sent_back.category_id
    order by sent_back.units desc, sent_back.category_id nulls last
    limit ${limit}`;
}
