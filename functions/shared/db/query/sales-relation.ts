import type { PendingQuery, Row, TransactionSql } from 'postgres';
import { isStartOfDay, isStartOfHour, type Range } from '#core/time-windows.ts';

/** Where sums of sales are read: three relations with the same measures, from the narrowest to the most exact in time. */
export type SalesRelation = 'days' | 'hours' | 'movements';

/**
 * The narrowest relation whose rows each lie whole between two edges. Days are those of the business zone, hours those
 * of UTC; an edge elsewhere (an instant amid an hour, a zone half an hour off) needs the movements themselves.
 * @param edges first instants of the buckets and the end of the last
 */
export function chooseSalesRelation(edges: readonly Range['from'][], businessZone: string): SalesRelation {
  if (edges.every((edge) => isStartOfDay(edge, businessZone))) return 'days';
  return edges.every(isStartOfHour) ? 'hours' : 'movements';
}

/** The relation's rows under the same names: `at` lies in the row's hour or day, `rate_day` is the business day of the rate. */
export function salesMovements(tx: TransactionSql, relation: SalesRelation, businessZone: string): PendingQuery<Row[]> {
  return relations[relation](tx, businessZone);
}

const relations = {
  days: (tx: TransactionSql, businessZone: string) => tx`
    select
      bucket as at, rate_day, currency, channel, country, placed, cancelled, cancelled_order_date, gross, discounts,
      cancellations, cancellations_order_date, returns, returns_order_date, tax, shipping, collected
    from daily_metrics
    where time_zone = ${businessZone}`,

  hours: (tx: TransactionSql) => tx`
    select
      bucket as at, rate_day, currency, channel, country, placed, cancelled, cancelled_order_date, gross, discounts,
      cancellations, cancellations_order_date, returns, returns_order_date, tax, shipping, collected
    from hourly_metrics`,

  movements: (tx: TransactionSql, businessZone: string) => tx`
    select
      at, (converted_at at time zone ${businessZone})::date as rate_day, currency, channel, country, placed, cancelled,
      cancelled_order_date, gross, discounts, cancellations, cancellations_order_date, returns, returns_order_date, tax,
      shipping, collected
    from sales_movements`,
};
