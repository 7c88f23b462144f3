import type { TransactionSql } from 'postgres';
import { type CellQuestion, type Fragment, isInRange, type SourceFragments } from './cell-question.ts';

export const customerContributions = {
  newCustomers: (tx, question) => buyers(tx, question, 'newCustomers', tx`not exists`),
  returningCustomers: (tx, question) => buyers(tx, question, 'returningCustomers', tx`exists`),

  // By the earliest of the stored events that make the customer active; U+0001 joins the parts of its moment.
  activeCustomers: (tx, question) => tx`
    select
      occurred_at, occurred_at, ${question.currency}::text, 'customer', customer_id, 'activeCustomers', 'event', 1::numeric,
      moment, moment
    from (
      select distinct on (active.customer_id) active.customer_id, occurred_at, concat_ws(
        E'\\x01', to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), event_source, event_id
      ) as moment
      from analytics_events e
      left join orders o on o.order_id = e.order_id
      cross join lateral (values (e.customer_id), (o.customer_id)) as active (customer_id)
      where ${isInRange(tx, question, tx`occurred_at`)} and active.customer_id is not null
        and (${question.channel}::text is null or coalesce(e.channel, o.channel, 'unknown') = ${question.channel})
      order by active.customer_id, occurred_at, event_source collate "C", event_id collate "C"
    ) as first`,
} satisfies SourceFragments;

/** Each by the first of its orders in the range. */
function buyers(tx: TransactionSql, question: CellQuestion, measure: string, exists: Fragment): Fragment {
  return tx`
    select
      created_at, created_at, ${question.currency}::text, 'customer', customer_id, ${measure}, 'created', 1::numeric, moment, moment
    from (
      select distinct on (customer_id) customer_id, created_at, earliest -> 'created' ->> 0 as moment
      from orders o
      where ${isInRange(tx, question, tx`created_at`)} and customer_id is not null
        and (${question.channel}::text is null or coalesce(channel, 'unknown') = ${question.channel})
      order by customer_id, (earliest -> 'created' ->> 0) collate "C"
    ) as buyer
    where ${exists} (
      select from orders before
      where before.customer_id = buyer.customer_id and before.created_at < ${String(question.range.from)}::text::timestamptz
    )`;
}
