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
      select * from (${placedOrders(tx, question)}) as placed where rate is not null
    ),
    parcels as (
      select
        order_id, coalesce(carrier, 'unknown') as carrier, shipments.handed_over_at, shipments.delivered_at, estimated_delivery_at
      from shipments join placed using (order_id)
    ),
    sent as materialized (
      select
        order_id, carrier, min(handed_over_at) as handed_over_at, min(delivered_at) as delivered_at,
        -- what was promised of the parcel that came first
        (array_agg(estimated_delivery_at order by delivered_at, estimated_delivery_at) filter (where delivered_at is not null))[1]
          as promised_at,
        min(estimated_delivery_at) as due_at
      from parcels
      group by grouping sets ((order_id), (order_id, carrier))
    ),
    fulfilled as (
      select
        null as carrier, created_at, cancelled_at, paid_at, placed.handed_over_at, placed.delivered_at, promised_at, due_at
      from placed left join sent on sent.order_id = placed.order_id and sent.carrier is null
      union all
      select carrier, created_at, cancelled_at, paid_at, sent.handed_over_at, sent.delivered_at, promised_at, due_at
      from placed join sent on sent.order_id = placed.order_id and sent.carrier is not null
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
