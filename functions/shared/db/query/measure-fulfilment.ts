import type { TransactionSql } from 'postgres';
import { type PeriodQuestion, placedOrders } from './placed-orders.ts';
import { microsecondsBetween, type Spread, spreadOf } from './spread-of.ts';

export interface Fulfilment {
  /** Null: of all orders; `unknown`: of parcels that name no carrier. */
  readonly carrier: string | null;
  readonly orders: number;
  /** Hours. */
  readonly paid: Spread;
  readonly handedOver: Spread;
  readonly delivered: Spread;
  /** Orders delivered for which a day was promised, and those delivered by then. */
  readonly promised: number;
  readonly onTime: number;
  readonly overdue: number;
}

/**
 * How fast the orders created in the period were paid, handed over and delivered: of all, and per carrier of the orders with
 * a parcel of its, by those parcels.
 * @param at parcels that are not delivered are overdue if they were promised before
 */
export async function measureFulfilment(
  tx: TransactionSql,
  question: PeriodQuestion,
  at: PeriodQuestion['range']['to'],
): Promise<Fulfilment[]> {
  return await tx<Fulfilment[]>`
    with placed as materialized (
      select order_id, created_at, cancelled_at, paid_at, handed_over_at, delivered_at
      from (${placedOrders(tx, question)}) as placed
      where rate is not null
    ),
    sent as materialized (
      select
        order_id, coalesce(carrier, 'unknown') collate "C" as carrier,
        min(shipments.handed_over_at) as handed_over_at, min(shipments.delivered_at) as delivered_at,
        -- the parcel that came first, with what was promised of it: a least array needs no sort within each order
        min(array[shipments.delivered_at, estimated_delivery_at]) filter (where shipments.delivered_at is not null) as first_delivery,
        min(estimated_delivery_at) as due_at
      from shipments join placed using (order_id)
      group by order_id, coalesce(carrier, 'unknown') collate "C"
    ),
    of_orders as (
      select order_id, min(first_delivery) as first_delivery, min(due_at) as due_at from sent group by order_id
    ),
    fulfilled as (
      select
        null as carrier, created_at, cancelled_at, paid_at, handed_over_at, delivered_at, first_delivery[2] as promised_at, due_at
      from placed left join of_orders using (order_id)
      union all
      select
        carrier, created_at, cancelled_at, paid_at, sent.handed_over_at, sent.delivered_at, first_delivery[2], due_at
      from placed join sent using (order_id)
    ),
    timed as (
      select
        *, ${microsecondsBetween(tx, 'created_at', 'paid_at')} as to_paid,
        ${microsecondsBetween(tx, 'created_at', 'handed_over_at')} as to_handed_over,
        ${microsecondsBetween(tx, 'created_at', 'delivered_at')} as to_delivered
      from fulfilled
    )
    select
      carrier, count(*)::float8 as orders,
      ${spreadOf(tx, 'to_paid', 'hours')} as paid,
      ${spreadOf(tx, 'to_handed_over', 'hours')} as "handedOver",
      ${spreadOf(tx, 'to_delivered', 'hours')} as delivered,
      count(promised_at)::float8 as promised,
      count(*) filter (where delivered_at <= promised_at)::float8 as "onTime",
      count(*) filter (
        where delivered_at is null and cancelled_at is null and due_at < ${String(at)}::text::timestamptz
      )::float8 as overdue
    from timed
    group by carrier
    order by orders desc, carrier`;
}
