import type { TransactionSql } from 'postgres';
import { type CellQuestion, type Fragment, isInRange, partsOf, type Source } from './cell-question.ts';

/** Of sessions that began in the range. */
export const sessionContributions = {
  sessions: (tx, question) => tx`
    select
      s.started_at, s.started_at, ${question.currency}::text, 'session', s.session_id, measure, field, amount, sign,
      s.earliest -> 'event' ->> 0, s.earliest -> 'event' ->> 0, 'event'
    from sessions s
    ${partsOf(tx, question, [['sessions', tx`'event'`, tx`1`]])}
    where ${isInRange(tx, question, tx`s.started_at`)} and ${isOfChannel(tx, question)}`,

  convertedSessions: (tx, question) => tx`
    select
      s.started_at, s.started_at, ${question.currency}::text, 'session', s.session_id, measure, field, amount, sign,
      first.moment, s.earliest -> 'event' ->> 0, 'event'
    from sessions s
    cross join lateral (
      select min((o.earliest -> 'created' ->> 0) collate "C") as moment
      from orders o
      where o.session_id = s.session_id and o.created_at is not null
    ) as first
    ${partsOf(tx, question, [['convertedSessions', tx`'created'`, tx`1`]])}
    where ${isInRange(tx, question, tx`s.started_at`)} and first.moment is not null and ${isOfChannel(tx, question)}`,

  sessionProducts: (tx, question) => tx`
    select
      s.started_at, s.started_at, ${question.currency}::text, 'session', s.session_id, measure, field, amount, sign,
      case field when 'view' then first.view else first.cart end, s.earliest -> 'event' ->> 0, 'event'
    from sessions s
    cross join lateral (
      select
        min((p.earliest -> 'view' ->> 0) collate "C") as view, min((p.earliest -> 'cart' ->> 0) collate "C") as cart
      from session_products p
      where p.session_id = s.session_id and (${question.product}::text is null or p.product_id = ${question.product})
        and (${question.category}::text is null or coalesce(p.category_id, '') = ${question.category})
    ) as first
    ${partsOf(tx, question, [
      ['views', tx`'view'`, tx`case when first.view is not null then 1 end`],
      ['carts', tx`'cart'`, tx`case when first.cart is not null then 1 end`],
    ])}
    where ${isInRange(tx, question, tx`s.started_at`)} and ${isOfChannel(tx, question)}`,

  activeSessions: (tx, question) => tx`
    select
      occurred_at, occurred_at, ${question.currency}::text, 'session', session_id, measure, field, amount, sign, moment, moment, 'event'
    from (
      select distinct on (e.session_id) e.session_id, occurred_at, ${momentOfEvent(tx)} as moment
      from analytics_events e
      left join orders o on o.order_id = e.order_id
      where ${isInRange(tx, question, tx`occurred_at`)} and e.session_id is not null and ${isEventOfChannel(tx, question)}
      order by e.session_id, occurred_at, event_source collate "C", event_id collate "C"
    ) as first
    ${partsOf(tx, question, [['activeSessions', tx`'event'`, tx`1`]])}`,

  // Masked before it was stored: an origin, if any, a path and utm_*.
  pageViews: (tx, question) => tx`
    select
      occurred_at, occurred_at, ${question.currency}::text, 'event', concat_ws(E'\\x01', event_source, event_id), measure, field, part.amount, sign,
      ${momentOfEvent(tx)}, ${momentOfEvent(tx)}, 'event'
    from analytics_events e
    left join orders o on o.order_id = e.order_id
    ${partsOf(tx, question, [['pageViews', tx`'page_url'`, tx`1`]])}
    where ${isInRange(tx, question, tx`occurred_at`)} and event_type = 'analytics.page_view' and ${isEventOfChannel(tx, question)}
      and (
        ${question.path}::text is null
        or regexp_replace(substring(data ->> 'page_url' from '^(?:https?://[^/?]*)?([^?]*)'), '^$', '/') = ${question.path}
      )`,
} satisfies Record<string, Source>;

const isOfChannel = (tx: TransactionSql, { channel }: CellQuestion): Fragment =>
  tx`(${channel}::text is null or coalesce(s.channel, 'unknown') = ${channel})`;

/** Of an event `e`, or else of its order `o`. */
export const isEventOfChannel = (tx: TransactionSql, { channel }: Pick<CellQuestion, 'channel'>): Fragment =>
  tx`(${channel}::text is null or coalesce(e.channel, o.channel, 'unknown') = ${channel})`;

/** As facts keep times. */
export const momentAt = (tx: TransactionSql, at: Fragment): Fragment =>
  tx`to_char(${at} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** As facts keep moments; U+0001 joins the parts. */
const momentOfEvent = (tx: TransactionSql): Fragment =>
  tx`concat_ws(E'\\x01', ${momentAt(tx, tx`occurred_at`)}, event_source, event_id)`;
