import type { TransactionSql } from 'postgres';
import { jsonRows } from './json-rows.ts';

/** Half open, in UTC. */
export interface Window {
  readonly start: string;
  readonly end: string;
}

/** Recomputes the hours whole from facts: a rollup is never added to, so it always equals its recomputation. */
export async function refreshHourlyMetrics(tx: TransactionSql, hours: readonly Window[], zone: string): Promise<void> {
  const text = jsonRows(hours);
  await tx`
    delete from hourly_metrics
    using json_to_recordset(${text}::text::json) as stale (start timestamptz)
    where bucket = stale.start`;
  await tx`
    insert into hourly_metrics (
      bucket, rate_day, currency, channel, country, placed, cancelled, cancelled_order_date, gross, discounts,
      cancellations, cancellations_order_date, returns, returns_order_date, tax, shipping, collected, payments
    )
    select
      stale.start, (m.converted_at at time zone ${zone})::date, m.currency, m.channel, m.country,
      sum(m.placed), sum(m.cancelled), sum(m.cancelled_order_date), sum(m.gross), sum(m.discounts),
      sum(m.cancellations), sum(m.cancellations_order_date), sum(m.returns), sum(m.returns_order_date),
      sum(m.tax), sum(m.shipping), sum(m.collected), sum(m.payments)
    from json_to_recordset(${text}::text::json) as stale (start timestamptz, "end" timestamptz)
    cross join lateral sales_movements_between(stale.start, stale."end") as m
    group by 1, 2, 3, 4, 5`;
}

/** As the hours; `zone` is the business zone whose days these are. */
export async function refreshDailyMetrics(tx: TransactionSql, days: readonly Window[], zone: string): Promise<void> {
  const text = jsonRows(days);
  await tx`
    delete from daily_metrics
    using json_to_recordset(${text}::text::json) as stale (start timestamptz)
    where time_zone = ${zone} and bucket = stale.start`;
  await tx`
    insert into daily_metrics (
      time_zone, bucket, rate_day, currency, channel, country, placed, cancelled, cancelled_order_date, gross, discounts,
      cancellations, cancellations_order_date, returns, returns_order_date, tax, shipping, collected, payments
    )
    select
      ${zone}, stale.start, (m.converted_at at time zone ${zone})::date, m.currency, m.channel, m.country,
      sum(m.placed), sum(m.cancelled), sum(m.cancelled_order_date), sum(m.gross), sum(m.discounts),
      sum(m.cancellations), sum(m.cancellations_order_date), sum(m.returns), sum(m.returns_order_date),
      sum(m.tax), sum(m.shipping), sum(m.collected), sum(m.payments)
    from json_to_recordset(${text}::text::json) as stale (start timestamptz, "end" timestamptz)
    cross join lateral sales_movements_between(stale.start, stale."end") as m
    group by 1, 2, 3, 4, 5, 6`;
}

/** Money of the hours by payment method. */
export async function refreshRevenueBySource(
  tx: TransactionSql,
  hours: readonly Window[],
  zone: string,
): Promise<void> {
  const text = jsonRows(hours);
  await tx`
    delete from revenue_by_source
    using json_to_recordset(${text}::text::json) as stale (start timestamptz)
    where bucket = stale.start`;
  await tx`
    insert into revenue_by_source (bucket, rate_day, currency, channel, country, payment_method, collected, payments)
    select
      stale.start, (m.converted_at at time zone ${zone})::date, m.currency, m.channel, m.country, m.payment_method,
      sum(m.collected), sum(m.payments)
    from json_to_recordset(${text}::text::json) as stale (start timestamptz, "end" timestamptz)
    cross join lateral sales_movements_between(stale.start, stale."end") as m
    where m.payment_method is not null
    group by 1, 2, 3, 4, 5, 6`;
}
