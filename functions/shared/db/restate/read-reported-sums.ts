import type { PendingQuery, Row, TransactionSql } from 'postgres';
import { jsonRows } from '../json-rows.ts';
import type { Window } from '../refresh-sales.ts';

/** Days that were reported, with their sums as they stood. */
export interface ReportedSums {
  readonly days: readonly Window[];
  /** JSON rows {day, currency, channel, metric, value}, as `daySums` gives them. */
  readonly sums: string;
}

/** What the daily rollup says now of those of the days that were reported; null where none was. */
export async function readReportedSums(
  tx: TransactionSql,
  days: readonly Window[],
  zone: string,
): Promise<ReportedSums | null> {
  const reported = await tx<{ start: string; end: string }[]>`
    select start, "end"
    from json_to_recordset(${jsonRows(days)}::text::json) as touched (start text, "end" text)
    join daily_reports on time_zone = ${zone} and "end"::timestamptz <= reported_until`;
  if (reported.length === 0) return null;
  const [{ sums }] = await tx<[{ sums: string }]>`
    select coalesce(json_agg(sums), '[]')::text as sums from (${daySums(tx, reported, zone)}) as sums`;
  return { days: reported, sums };
}

/** The sums of the days by currency and channel, a row each that is not 0. Names ending in `ByOrderDate` are of that lens. */
export function daySums(tx: TransactionSql, days: readonly Window[], zone: string): PendingQuery<Row[]> {
  return tx`
    select (bucket at time zone ${zone})::date as day, currency, channel, metric, sum(value) as value
    from json_to_recordset(${jsonRows(days)}::text::json) as touched (start timestamptz)
    join daily_metrics on time_zone = ${zone} and bucket = start
    cross join lateral (values
      ('orders', placed::numeric), ('cancelled', cancelled), ('cancelledByOrderDate', cancelled_order_date),
      ('gross', gross), ('discounts', discounts), ('cancellations', cancellations),
      ('cancellationsByOrderDate', cancellations_order_date), ('returns', returns),
      ('returnsByOrderDate', returns_order_date), ('tax', tax), ('shipping', shipping), ('collected', collected),
      ('payments', payments)
    ) as measure (metric, value)
    group by 1, 2, 3, 4
    having sum(value) <> 0`;
}
