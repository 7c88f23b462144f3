import type { TransactionSql } from 'postgres';
import type { Range } from '#core/time-windows.ts';

/** What changed of a business day after it was reported. */
export interface Restatement {
  /** `YYYY-MM-DD` in `timezone`. */
  readonly day: string;
  readonly timezone: string;
  readonly currency: string;
  readonly channel: string;
  /** Those ending in `ByOrderDate` are of that lens. */
  readonly metric: string;
  /** Plain decimal text, as the next two. */
  readonly before: string;
  readonly after: string;
  readonly delta: string;
  readonly lateEvents: number;
  /** When `before` was reported. */
  readonly reportedAt: Date;
  readonly restatedAt: Date;
}

/** Of days that touch the range, the latest first. */
export async function listRestatements(tx: TransactionSql, range: Range, limit: number): Promise<Restatement[]> {
  return await tx<Restatement[]>`
    select
      day::text as day, time_zone as timezone, currency, channel, metric, before::text as before, after::text as after,
      delta::text as delta, late_events::float8 as "lateEvents", reported_at as "reportedAt", restated_at as "restatedAt"
    from restatements
    where day::timestamp at time zone time_zone < ${String(range.to)}::text::timestamptz
      and (day + 1)::timestamp at time zone time_zone > ${String(range.from)}::text::timestamptz
      -- a day begins at most 14 hours before it does in UTC, and 12 after: what the index can find
      and day between (${String(range.from)}::text::timestamptz - interval '2 days')::date and (${String(range.to)}::text::timestamptz + interval '2 days')::date
    order by restated_at desc, day desc, time_zone, currency, channel, metric, reported_at desc
    limit ${limit}`;
}
