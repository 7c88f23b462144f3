import type { TransactionSql } from 'postgres';
import type { Range } from '#core/time-windows.ts';

export interface Activity {
  readonly events: number;
  readonly sessions: number;
  readonly customers: number;
  readonly pageViews: number;
  /** Median of the seconds from an event's time until it came, one from the future counting 0; null without events. */
  readonly lagSeconds: number | null;
  /** The most viewed first, by path. */
  readonly topPages: readonly { readonly path: string; readonly views: number }[];
}

/**
 * What happened in the range, from the stored events: meant for an hour at most. Customers are those of any event, or of the
 * order that it belongs to; with a channel, events that carry it or else belong to an order of it.
 */
export async function measureActivity(
  tx: TransactionSql,
  { range, channel, mostPages }: { range: Range; channel: string | null; mostPages: number },
): Promise<Activity> {
  const [activity] = await tx<[Activity]>`
    with events as materialized (
      select
        e.session_id, e.customer_id, o.customer_id as order_customer_id,
        extract(epoch from greatest(received_at - occurred_at, interval '0')) * 1000000 as lag,
        event_type = 'analytics.page_view' as is_view,
        case when event_type = 'analytics.page_view' then data ->> 'page_url' end as page_url
      from analytics_events e
      left join orders o on o.order_id = e.order_id
      where occurred_at >= ${String(range.from)}::text::timestamptz and occurred_at < ${String(range.to)}::text::timestamptz
        and (${channel}::text is null or coalesce(e.channel, o.channel, 'unknown') = ${channel})
    ),
    urls as (
      select page_url, count(*) as views from events where page_url is not null group by page_url
    ),
    pages as (
      -- masked before it was stored: an origin, if any, a path and utm_*
      select path, sum(views)::float8 as views
      from urls, regexp_replace(substring(page_url from '^(?:https?://[^/?]*)?([^?]*)'), '^$', '/') as path
      group by path
      order by views desc, path collate "C"
      limit ${mostPages}
    )
    select
      count(*)::float8 as events,
      count(distinct session_id)::float8 as sessions,
      (
        select count(*)::float8
        from (
          select customer_id from events where customer_id is not null
          union
          select order_customer_id from events where order_customer_id is not null
        ) as customer
      ) as customers,
      count(*) filter (where is_view)::float8 as "pageViews",
      round(percentile_cont(0.5) within group (order by lag::float8)::numeric / 1000000, 3)::float8 as "lagSeconds",
      coalesce((select json_agg(pages order by views desc, path collate "C") from pages), '[]') as "topPages"
    from events`;
  return activity;
}
