import type { TransactionSql } from 'postgres';
import type { SalesSums } from '#core/sales.ts';
import type { Range } from '#core/time-windows.ts';
import { type SalesRelation, salesMovements } from './sales-relation.ts';

export interface SalesQuestion {
  readonly relation: SalesRelation;
  readonly range: Range;
  /** First instants of the buckets, ascending, the first at or before `range.from`. */
  readonly starts: readonly Range['from'][];
  readonly businessZone: string;
  readonly currency: string;
  readonly channel: string | null;
  readonly lens: 'processed_date' | 'order_date';
  /** What the buckets are divided by besides time. */
  readonly groupBy: 'channel' | 'country' | null;
}

export interface SalesRow extends SalesSums {
  /** What the row is a sum over. */
  readonly level: 'total' | 'channel' | 'country' | 'bucket';
  /** Index of the bucket in `starts`, null for other levels. */
  readonly bucket: number | null;
  /** The channel, the country, or what the bucket is divided by. */
  readonly name: string | null;
  /** Orders placed that are in no sum, for want of a rate. */
  readonly unconverted: number;
  /** Whether any movement is in no sum, for want of a rate. */
  readonly leavesOut: boolean;
}

/** Sums of sales in one currency: over all, by channel, by country, and by bucket; what has none has no row. */
export async function sumSales(tx: TransactionSql, question: SalesQuestion): Promise<SalesRow[]> {
  const { relation, range, starts, businessZone, currency, channel, lens, groupBy } = question;
  return await tx<SalesRow[]>`
    with movements as (${salesMovements(tx, relation, businessZone)}),
    converted as (
      select
        movements.*,
        -- one parse of the edges, not one a row
        width_bucket(at, (select ${starts.map(String)}::text[]::timestamptz[])) - 1 as bucket,
        case ${groupBy}::text when 'channel' then channel when 'country' then country end as divided_by,
        case when currency = ${currency} then 1 else rate end as rate_or_one
      from movements
      left join fx_rates on day = rate_day and from_currency = currency and to_currency = ${currency}
      where at >= ${String(range.from)}::text::timestamptz and at < ${String(range.to)}::text::timestamptz
        and (${channel}::text is null or channel = ${channel})
    )
    select
      case grouping(bucket, channel, country) when 7 then 'total' when 5 then 'channel' when 6 then 'country' else 'bucket' end as level,
      bucket,
      coalesce(channel, country, divided_by) as name,
      coalesce(sum(placed) filter (where rate_or_one is not null), 0)::float8 as placed,
      coalesce(sum(case when ${lens} = 'order_date' then cancelled_order_date else cancelled end)
        filter (where rate_or_one is not null), 0)::float8 as cancelled,
      coalesce(sum(gross * rate_or_one), 0)::text as gross,
      coalesce(sum(discounts * rate_or_one), 0)::text as discounts,
      coalesce(sum(case when ${lens} = 'order_date' then cancellations_order_date else cancellations end * rate_or_one), 0)::text
        as cancellations,
      coalesce(sum(case when ${lens} = 'order_date' then returns_order_date else returns end * rate_or_one), 0)::text as returns,
      coalesce(sum(tax * rate_or_one), 0)::text as tax,
      coalesce(sum(shipping * rate_or_one), 0)::text as shipping,
      coalesce(sum(collected * rate_or_one), 0)::text as collected,
      coalesce(sum(placed) filter (where rate_or_one is null), 0)::float8 as unconverted,
      coalesce(bool_or(rate_or_one is null), false) as "leavesOut"
    from converted
    group by grouping sets ((), (channel), (country), (bucket, divided_by))`;
}
