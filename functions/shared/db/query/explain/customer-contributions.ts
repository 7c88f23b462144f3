import type { TransactionSql } from 'postgres';
import { splitAtHours } from '#core/time-windows.ts';
import { type CellQuestion, type Fragment, isInRange, partsOf, type Source } from './cell-question.ts';
import { isEventOfChannel, momentAt } from './session-contributions.ts';

export const customerContributions = {
  newCustomers: (tx, question) => buyers(tx, question, tx`not exists (${before(tx, question)})`),
  returningCustomers: (tx, question) => buyers(tx, question, tx`exists (${before(tx, question)})`),
  buyers: (tx, question) =>
    buyers(
      tx,
      question,
      tx`(${question.channels}::int is null or (
        select count(distinct coalesce(other.channel, 'unknown')) from orders other
        where other.customer_id = o.customer_id and ${isInRange(tx, question, tx`other.created_at`)}
          and ${isOfChannel(tx, question, tx`other`)}
      ) = ${question.channels})`,
    ),

  // By the first hour, as the raw events may be gone; where the range cuts an hour, from those of the rest of it.
  activeCustomers: (tx, question) => {
    const { before, hours, after } = splitAtHours(question.range);
    const cutOff = [before, after]
      .filter(({ from, to }) => !from.equals(to))
      .map(({ from, to }) => {
        const isIn = isInRange(tx, { range: { from, to } }, tx`occurred_at`);
        return tx`
          select active.customer_id, ${String(from)}::text::timestamptz as at
          from analytics_events e
          left join orders o on o.order_id = e.order_id
          cross join lateral (values (e.customer_id), (o.customer_id)) as active (customer_id)
          where ${isIn} and ${isEventOfChannel(tx, question)}`;
      });
    const isIn = isInRange(tx, { range: hours }, tx`hour`);
    const ofHours =
      question.channel === null
        ? tx`
          select id as customer_id, min(hour) as at from active_users where ${isIn} and kind = 'customer' group by id
          union all
          select o.customer_id, hour from active_users join orders o on o.order_id = id where ${isIn} and kind = 'order'`
        : tx`
          select active.customer_id, hour as at
          from active_channels e
          left join orders o on o.order_id = e.order_id
          cross join lateral (values (e.customer_id), (o.customer_id)) as active (customer_id)
          where ${isIn} and ${isEventOfChannel(tx, question)}`;
    return tx`
      select
        at, at, ${question.currency}::text, 'customer', customer_id, measure, field, amount, sign,
        ${momentAt(tx, tx`at`)}, ${momentAt(tx, tx`at`)}, 'active'
      from (
        select customer_id, min(at) as at
        from (${cutOff.reduce((union, part) => tx`${union} union all ${part}`, ofHours)}) as active
        where customer_id is not null
        group by customer_id
      ) as first
      ${partsOf(tx, question, [['activeCustomers', tx`'active'`, tx`1`]])}`;
  },
} satisfies Record<string, Source>;

const isOfChannel = (tx: TransactionSql, { channel }: CellQuestion, orders: Fragment): Fragment =>
  tx`(${channel}::text is null or coalesce(${orders}.channel, 'unknown') = ${channel})`;

const before = (tx: TransactionSql, { range }: CellQuestion): Fragment => tx`
  select from orders earlier
  where earlier.customer_id = o.customer_id and earlier.created_at < ${String(range.from)}::text::timestamptz`;

/** Each by the first of its orders in the range. */
function buyers(tx: TransactionSql, question: CellQuestion, isAsked: Fragment): Fragment {
  return tx`
    select
      o.created_at, o.created_at, ${question.currency}::text, 'customer', o.customer_id, measure, field, amount, sign,
      o.earliest -> 'created' ->> 0, o.earliest -> 'created' ->> 0, 'created'
    from orders o
    ${partsOf(tx, question, [
      ['newCustomers', tx`'created'`, tx`1`],
      ['returningCustomers', tx`'created'`, tx`1`],
      ['buyers', tx`'created'`, tx`1`],
    ])}
    where ${isInRange(tx, question, tx`o.created_at`)} and o.customer_id is not null and ${isOfChannel(tx, question, tx`o`)}
      and not exists (
        select from orders first
        where first.customer_id = o.customer_id and first.created_at >= ${String(question.range.from)}::text::timestamptz
          and first.created_at <= o.created_at and ${isOfChannel(tx, question, tx`first`)}
          and (first.created_at, (first.earliest -> 'created' ->> 0) collate "C", first.order_id)
            < (o.created_at, (o.earliest -> 'created' ->> 0) collate "C", o.order_id)
      )
      and ${isAsked}`;
}
