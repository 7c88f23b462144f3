import type { TransactionSql } from 'postgres';
import { LOOKBACK_DAYS } from '#core/attribution.ts';
import type { TouchedOrder } from '#core/campaigns.ts';
import type { Range } from '#core/time-windows.ts';

export interface OrderTouches {
  readonly orders: readonly TouchedOrder[];
  /** Orders placed that no rate converts. */
  readonly unconverted: number;
}

export interface TouchesQuestion {
  readonly range: Range;
  readonly businessZone: string;
  readonly currency: string;
  readonly channel: string | null;
}

/**
 * Orders created in the range that are conversions (not cancelled) or a customer's first, with their touches. A person is
 * the customer, with the anonymous ids that were seen with this customer alone; without a customer, the anonymous id.
 */
export async function listOrderTouches(
  tx: TransactionSql,
  { range, businessZone, currency, channel }: TouchesQuestion,
): Promise<OrderTouches> {
  const rows = await tx<(TouchedOrder & { isUnconverted: boolean })[]>`
    with placed as materialized (
      select
        o.order_id, o.created_at, coalesce(o.customer_id, visitor.customer_id) as customer, own.anonymous_id,
        case when o.cancelled_at is null then
          (o.gross - o.discounts) * case when o.currency = ${currency} then 1 else rate end
        end as value,
        o.currency is distinct from ${currency} and rate is null as is_unconverted,
        o.customer_id is not null and not exists (
          select from orders earlier
          where earlier.customer_id = o.customer_id and (earlier.created_at, earlier.order_id) < (o.created_at, o.order_id)
        ) as is_first
      from orders o
      cross join lateral (select o.latest #>> '{anonymous_id,1}' as anonymous_id) as own
      left join visitor_identities visitor on o.customer_id is null and visitor.anonymous_id = own.anonymous_id
      left join fx_rates
        on day = (o.created_at at time zone ${businessZone})::date and from_currency = o.currency and to_currency = ${currency}
      where o.created_at >= ${String(range.from)}::text::timestamptz and o.created_at < ${String(range.to)}::text::timestamptz
        and (${channel}::text is null or coalesce(o.channel, 'unknown') = ${channel})
    )
    select
      value::text as value, is_first as "isFirst", is_unconverted as "isUnconverted", coalesce(touches, '[]') as touches
    from placed
    left join lateral (
      select
        json_agg(
          json_build_array(extract(epoch from created_at - began_at)::float8, source, medium, campaign, marketing_channel)
          order by began_at, session_id collate "C"
        ) as touches
      from (
        select * from customer_journey_events
        where customer_id = placed.customer
          and began_at >= created_at - ${`${LOOKBACK_DAYS * 24} hours`}::text::interval and began_at <= created_at
        union all
        select j.*
        from visitor_identities visitor
        join customer_journey_events j on j.anonymous_id = visitor.anonymous_id and j.customer_id is null
        where visitor.customer_id = placed.customer
          and began_at >= created_at - ${`${LOOKBACK_DAYS * 24} hours`}::text::interval and began_at <= created_at
        union all
        select * from customer_journey_events
        where placed.customer is null and customer_id is null and anonymous_id = placed.anonymous_id
          and began_at >= created_at - ${`${LOOKBACK_DAYS * 24} hours`}::text::interval and began_at <= created_at
      ) as touch
    ) as touched on value is not null or is_first
    where value is not null or is_first or is_unconverted
    order by order_id`;
  return {
    orders: rows
      .filter(({ value, isFirst }) => value !== null || isFirst)
      .map(({ value, isFirst, touches }) => ({ value, isFirst, touches })),
    unconverted: rows.filter(({ isUnconverted }) => isUnconverted).length,
  };
}
