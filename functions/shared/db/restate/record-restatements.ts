import type { TransactionSql } from 'postgres';
import { jsonRows } from '../json-rows.ts';
import { daySums, type ReportedSums } from './read-reported-sums.ts';

/**
 * Writes what differs between the sums that were reported and those that the daily rollup holds now: per measure one row
 * a report, whose `before` stays, so that the rows' deltas add up to the whole difference. Late events are those that
 * became visible since the last count and lie in the day, or name an order of which any event lies in it.
 */
export async function recordRestatements(tx: TransactionSql, before: ReportedSums, zone: string): Promise<void> {
  const { count } = await tx`
    with now_sums as (${daySums(tx, before.days, zone)}),
    changed as (
      select day, currency, channel, metric, coalesce(old.value, 0) as before, coalesce(now_sums.value, 0) as after
      from json_to_recordset(${before.sums}::text::json)
        as old (day date, currency text, channel text, metric text, value numeric)
      full join now_sums using (day, currency, channel, metric)
      where old.value is distinct from now_sums.value
    ),
    report as (select reported_at, counted_at, counted from daily_reports where time_zone = ${zone}),
    -- a day that was counted since (in an earlier transaction of this run) is counted from there
    days as materialized (
      select day, start, "end", coalesce((
        select r.counted from restatements r
        where r.time_zone = ${zone} and r.day = touched.day and r.restated_at > report.counted_at
        order by r.restated_at desc limit 1
      ), report.counted) as counted
      from (
        select (start at time zone ${zone})::date as day, start, "end"
        from json_to_recordset(${jsonRows(before.days)}::text::json) as given (start timestamptz, "end" timestamptz)
      ) as touched
      cross join report
      where day in (select day from changed)
    ),
    fresh as materialized (
      select event_source, event_id, occurred_at, order_id, e.xmin as stored_by
      from analytics_events e
      -- received_at is when its transaction began, and none of ingestion lasts so long
      where received_at >= (select counted_at from report) - interval '5 minutes'
        and is_new_since(e.xmin, (select counted from report))
        and exists (select from changed)
    ),
    late as (
      select day, count(*) as events
      from days
      join fresh on is_new_since(stored_by, days.counted) and (
        (occurred_at >= start and occurred_at < "end")
        or exists (
          select from active_users
          where hour >= hour_of(start) and hour < "end" and kind = 'order' and id = order_id
        )
      )
      group by day
    )
    insert into restatements as known (
      time_zone, day, currency, channel, metric, reported_at, before, after, late_events, restated_at, counted
    )
    select
      ${zone}, day, currency, channel, metric, reported_at, before, after, coalesce(events, 0), clock_timestamp(),
      pg_current_snapshot()
    from changed
    cross join report
    left join late using (day)
    on conflict (time_zone, day, currency, channel, metric, reported_at) do update set
      after = excluded.after, late_events = known.late_events + excluded.late_events,
      restated_at = excluded.restated_at, counted = excluded.counted`;
  if (count === 0) return;
  await tx`
    delete from restatements
    where time_zone = ${zone} and delta = 0
      and reported_at = (select reported_at from daily_reports where time_zone = ${zone})`;
}
