import type { TransactionSql } from 'postgres';
import { jsonRows } from '../../json-rows.ts';

/** A moment of a fact that was stored as its time alone. */
export interface BareMoment {
  readonly aggregate: string;
  readonly id: string;
  /** A status, or what else it is of: `created`, `confirmed`, `view`. */
  readonly name: string;
  readonly time: string;
}

export interface FoundMoment extends BareMoment {
  readonly source: string;
  readonly eventId: string;
  readonly type: string;
  /** UTC with microseconds. */
  readonly occurredAt: string;
  readonly traceId: string | null;
}

/**
 * The stored events that the moments are of: of that time, about that fact and of that status; of several the one with the lower
 * source and id, as folding keeps it. A moment without one has no row.
 */
export async function findMoments(tx: TransactionSql, moments: readonly BareMoment[]): Promise<FoundMoment[]> {
  if (moments.length === 0) return [];
  return await tx<FoundMoment[]>`
    with asked as materialized (
      select distinct aggregate, given.id, name, time
      from json_to_recordset(${jsonRows(moments)}::text::json) as given (aggregate text, id text, name text, time text)
    ),
    candidates as materialized (
      select e.*
      from (select distinct time::timestamptz as at from asked) as span
      -- "offset 0": time by time by its index; the planner would read the whole of the events
      cross join lateral (
        select
          event_source, event_id, event_type, occurred_at, trace_id, e.order_id, e.session_id, o.customer_id, o.session_id as order_session,
          data ->> 'status' as status, data ->> 'payment_id' as payment_id, data ->> 'return_id' as return_id, data ->> 'action' as action
        from analytics_events e
        left join orders o on o.order_id = e.order_id
        where occurred_at = span.at
        offset 0
      ) as e
    )
    select distinct on (aggregate, asked.id, name, time)
      aggregate, asked.id, name, time, event_source as source, event_id as "eventId", event_type as type, time as "occurredAt", trace_id as "traceId"
    from asked
    join candidates c on c.occurred_at = time::timestamptz and case
      when name in ('created', 'cancelled') then
        event_type = 'orders.order.status_changed' and status = name
        and case aggregate when 'order' then c.order_id when 'customer' then c.customer_id when 'session' then c.order_session end = asked.id
      when name in ('confirmed', 'payment') then
        event_type = 'payments.payment.confirmed' and case name when 'payment' then c.order_id else payment_id end = asked.id
      when name = 'refunded' then event_type = 'returns.return.status_changed' and status = name and return_id = asked.id
      when name in ('handed_over', 'delivered') then
        event_type = 'shipping.shipment.status_changed' and status = name and c.order_id = asked.id
      when name = 'view' then event_type = 'analytics.product_view' and c.session_id = asked.id
      when name = 'cart' then event_type = 'analytics.cart_changed' and action = 'add' and c.session_id = asked.id
      when name = 'event' then c.session_id = asked.id
      when name like 'session %' then c.session_id = substr(name, 9)
    end
    order by aggregate, asked.id, name, time, event_source collate "C", event_id collate "C"`;
}
