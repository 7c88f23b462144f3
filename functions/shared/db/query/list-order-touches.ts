import type { PendingQuery, Row, TransactionSql } from 'postgres';
import { Temporal } from 'temporal-polyfill';
import { LOOKBACK_DAYS } from '#core/attribution.ts';
import type { TouchedOrder } from '#core/campaigns.ts';
import type { Range } from '#core/time-windows.ts';

export interface NamedOrder extends TouchedOrder {
  readonly orderId: string;
  /** UTC with microseconds. */
  readonly createdAt: string;
}

export interface OrderTouches {
  readonly orders: readonly NamedOrder[];
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
 * Orders created in the range that are conversions (not cancelled) or a customer's first, with their touches and their sessions. A person is
 * the customer, with the anonymous ids that were seen with this customer alone; without a customer, the anonymous id.
 */
export async function listOrderTouches(tx: TransactionSql, question: TouchesQuestion): Promise<OrderTouches> {
  const orders: NamedOrder[] = [];
  let unconverted = 0;
  // Planned for its range each time: the plan for any range, which a connection takes from the sixth time on, looks the
  // sessions up one by one (over 5 s). And the planner, not knowing how few orders a person has, would sort all sessions.
  await tx`select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_mergejoin', 'off', true)`;
  for (const range of partsOf(question.range)) {
    for (const { isUnconverted, ...order } of await listPart(tx, { ...question, range })) {
      if (order.value !== null || order.isFirst) orders.push(order);
      if (isUnconverted) unconverted += 1;
    }
  }
  return { orders, unconverted };
}

/** A statement has 5 s: a part of a shop with 400,000 sessions a year takes 0.4 s on two cores. */
const PART_HOURS = 31 * 24;

function* partsOf({ from, to }: Range): Generator<Range> {
  for (let at = from; Temporal.Instant.compare(at, to) < 0; ) {
    const next = at.add({ hours: PART_HOURS });
    const end = Temporal.Instant.compare(next, to) < 0 ? next : to;
    yield { from: at, to: end };
    at = end;
  }
}

async function listPart(tx: TransactionSql, { range, businessZone, currency, channel }: TouchesQuestion) {
  const [from, to] = [range.from, range.to].map((instant) => tx`${String(instant)}::text::timestamptz`) as [Part, Part];
  const lookback = `${LOOKBACK_DAYS * 24} hours`;
  return await tx<(NamedOrder & { isUnconverted: boolean })[]>`
    with placed as materialized (
      select
        o.order_id, o.created_at, ${personOf(tx, tx`coalesce(o.customer_id, visitor.customer_id)`, tx`own.anonymous_id`)} as person,
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
      where o.created_at >= ${from} and o.created_at < ${to}
        and (${channel}::text is null or coalesce(o.channel, 'unknown') = ${channel})
    ),
    -- One pass over the sessions that any of the orders may count: asked order by order it took twice as long
    visits as (
      select
        j.*, ${personOf(tx, tx`coalesce(j.customer_id, visitor.customer_id)`, tx`j.anonymous_id`)} as person
      from customer_journey_events j
      left join visitor_identities visitor on j.customer_id is null and visitor.anonymous_id = j.anonymous_id
      where began_at >= ${from} - ${lookback}::text::interval and began_at < ${to}
    ),
    touched as (
      select
        order_id,
        json_agg(
          json_build_array(extract(epoch from created_at - began_at)::float8, source, medium, campaign, marketing_channel, session_id)
          order by began_at, session_id collate "C"
        ) as touches
      from placed
      join visits using (person)
      where began_at between created_at - ${lookback}::text::interval and created_at and (value is not null or is_first)
      group by order_id
    )
    select
      order_id as "orderId", to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "createdAt",
      value::text as value, is_first as "isFirst", is_unconverted as "isUnconverted", coalesce(touches, '[]') as touches
    from placed
    left join touched using (order_id)
    where value is not null or is_first or is_unconverted`;
}

type Part = PendingQuery<Row[]>;

/** One text for a person; null where neither is known, and equal to no other then. */
const personOf = (tx: TransactionSql, customer: Part, anonymous: Part): Part =>
  tx`coalesce('customer ' || ${customer}, 'anonymous ' || ${anonymous}) collate "C"`;
