import type { Sql } from 'postgres';
import type { IngestionMinute, SalesMinute } from '#core/minute-measures.ts';

/** Events by the minute of their arrival, in [since, until). */
export async function listIngestionMinutes(sql: Sql, since: Date, until: Date): Promise<IngestionMinute[]> {
  return await sql<IngestionMinute[]>`
    select
      date_trunc('minute', received_at) as minute, event_type as "eventType", count(*)::float8 as events,
      round(max(extract(epoch from received_at - occurred_at)), 3)::float8 as "lagSeconds"
    from analytics_events
    where received_at >= ${since.toISOString()}::text::timestamptz and received_at < ${until.toISOString()}::text::timestamptz
    group by 1, 2`;
}

/** Orders by the minute they were created in, in [since, until). */
export async function listSalesMinutes(sql: Sql, since: Date, until: Date): Promise<SalesMinute[]> {
  return await sql<SalesMinute[]>`
    select
      date_trunc('minute', created_at) as minute, currency, count(*)::float8 as orders,
      sum(gross)::text as gross, sum(discounts)::text as discounts
    from orders
    where created_at >= ${since.toISOString()}::text::timestamptz and created_at < ${until.toISOString()}::text::timestamptz
      and currency is not null
    group by 1, 2`;
}
