import type { Sql } from 'postgres';
import type { ReportedCount } from '#core/reconcile/read-reported-counts.ts';
import { jsonRows } from '../json-rows.ts';

export interface ReportOptions {
  readonly now: Date;
  /** How long an event may be on its way: a period is compared when it ended that long ago. */
  readonly graceSeconds: number;
  /** Reports on periods that end in here are compared, RFC 3339. */
  readonly from: string;
  readonly to: string;
  /** Reports that did not come as events. */
  readonly given: readonly ReportedCount[];
}

/** A report on an older period is compared by the runs of as many days after it came. */
const LATE_REPORT_DAYS = 3;
/**
 * A refused event has no time that can be relied on: it counts as one of a period when it came to the service in it, or
 * within a day after.
 */
const LATE_LETTER = '1 day';

/**
 * Findings of counts that differ from what a publisher reported: those that were reported for the range or have come of
 * late, those given, and those that were found to differ before.
 * @returns how many were compared
 */
export async function reconcileReports(sql: Sql, options: ReportOptions): Promise<number> {
  const { now, graceSeconds, from, to, given } = options;
  const at = now.toISOString();
  const [compared] = await sql<[{ count: number }]>`
    with reports as (
      select distinct on (source, event_type, period_from, period_to) source, event_type, period_from, period_to, expected from (
        select source, type as event_type, "from" as period_from, "to" as period_to, count as expected, 1 as rank
        from json_to_recordset(${jsonRows(given)}::text::json) as report (source text, type text, "from" timestamptz, "to" timestamptz, count bigint)
        union all
        select source, event_type, period_from, period_to, events, 2 from reported_counts
        where (period_to > ${from}::text::timestamptz and period_to <= ${to}::text::timestamptz)
          or first_received_at > ${at}::text::timestamptz - make_interval(days => ${LATE_REPORT_DAYS})
        union all
        select known.source, known.event_type, known.period_from, known.period_to, coalesce(report.events, known.expected::bigint), 3
        from reconciliations known
        left join reported_counts report using (source, event_type, period_from, period_to)
        where known.kind = 'count' and known.status in ('open', 'acknowledged')
      ) as wanted
      where period_from < period_to and period_to <= ${at}::text::timestamptz - make_interval(secs => ${graceSeconds})
        and has_event_month(period_from)
      order by source, event_type, period_from, period_to, rank
    ), compared as (
      select report.*, stored.found, report.expected - stored.found as missing, (
        select count(distinct event_id) from dead_letter_queue letter
        where letter.event_source = report.source and letter.event_type = report.event_type
          and letter.reason <> 'identity_conflict'
          and letter.received_at >= report.period_from and letter.received_at < report.period_to + ${LATE_LETTER}::interval
          and report.expected > stored.found
          and not exists (
            select from analytics_events event
            where event.event_source = letter.event_source and event.event_id = letter.event_id
          )
      ) as letters
      from reports report
      cross join lateral (
        select count(*) as found from analytics_events event
        where event.occurred_at >= report.period_from and event.occurred_at < report.period_to
          and event.event_source = report.source and event.event_type = report.event_type
      ) as stored
    ), found as (
      insert into reconciliations as known (
        kind, event_type, source, period_from, period_to, expected, found, missing, dead_lettered, status, first_seen_at, last_seen_at
      )
      select 'count', event_type, source, period_from, period_to, expected, found, missing, least(letters, missing), 'open',
        ${at}::text::timestamptz, ${at}::text::timestamptz
      from compared where missing <> 0
      on conflict (kind, event_type, source, aggregate_id, period_from, period_to) do update set
        expected = excluded.expected, found = excluded.found, missing = excluded.missing, dead_lettered = excluded.dead_lettered,
        status = case
          when known.status = 'acknowledged' and excluded.missing between 0 and known.missing then 'acknowledged'
          else 'open'
        end,
        first_seen_at = case when known.status = 'resolved' then excluded.first_seen_at else known.first_seen_at end,
        last_seen_at = excluded.last_seen_at, resolved_at = null
    ), healed as (
      update reconciliations known set
        status = 'resolved', resolved_at = ${at}::text::timestamptz, expected = compared.expected, found = compared.found,
        missing = 0, dead_lettered = 0
      from compared
      where compared.missing = 0 and known.kind = 'count' and known.status <> 'resolved'
        and (known.source, known.event_type, known.period_from, known.period_to)
          = (compared.source, compared.event_type, compared.period_from, compared.period_to)
    )
    select count(*)::float8 as count from compared`;
  return compared.count;
}
