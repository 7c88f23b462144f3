import type { TransactionSql } from 'postgres';
import type { Range } from '#core/time-windows.ts';
import { jsonRows } from '../../json-rows.ts';
import { isInRange } from './cell-question.ts';
import type { BareMoment, FoundMoment } from './find-moments.ts';
import { isEventOfChannel, momentAt } from './session-contributions.ts';

/**
 * The first stored event that made each customer active from that time to the end of its hour, in the range. A customer whose events
 * are gone has no row.
 */
export async function findFirstActivities(
  tx: TransactionSql,
  activities: readonly BareMoment[],
  { range, channel }: { readonly range: Range; readonly channel: string | null },
): Promise<FoundMoment[]> {
  if (activities.length === 0) return [];
  return await tx<FoundMoment[]>`
    with asked as materialized (
      select distinct aggregate, given.id, name, time
      from json_to_recordset(${jsonRows(activities)}::text::json) as given (aggregate text, id text, name text, time text)
    ),
    seen as materialized (
      select span.time, active.customer_id, event_source, event_id, event_type, occurred_at, trace_id
      from (select distinct time, time::timestamptz as since from asked) as span
      -- "offset 0": hour by hour by the index of time; the planner would read the whole of the events
      cross join lateral (
        select event_source, event_id, event_type, occurred_at, trace_id, e.customer_id, o.customer_id as order_customer_id
        from analytics_events e
        left join orders o on o.order_id = e.order_id
        where occurred_at >= since and occurred_at < hour_of(since) + interval '1 hour'
          and ${isInRange(tx, { range }, tx`occurred_at`)} and ${isEventOfChannel(tx, { channel })}
        offset 0
      ) as e
      cross join lateral (values (e.customer_id), (order_customer_id)) as active (customer_id)
    )
    select distinct on (aggregate, asked.id, name, time)
      aggregate, asked.id, name, time, event_source as source, event_id as "eventId", event_type as type,
      ${momentAt(tx, tx`occurred_at`)} as "occurredAt", trace_id as "traceId"
    from asked
    join seen using (time)
    where seen.customer_id = asked.id
    order by aggregate, asked.id, name, time, occurred_at, event_source collate "C", event_id collate "C"`;
}
