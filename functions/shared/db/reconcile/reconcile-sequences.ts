import type { Sql } from 'postgres';
import { jsonRows } from '../json-rows.ts';

export interface SequenceOptions {
  readonly now: Date;
  /** How long a version may be on its way. */
  readonly graceSeconds: number;
  /** The type whose events count the versions of each aggregate. */
  readonly typeOf: Readonly<Record<string, string>>;
}

/**
 * Findings of versions that are missing below the highest that came. One counts once it has been missing for the grace:
 * because nothing of its aggregate has come since, or because a run at least that long ago saw it missing. What has come is
 * resolved.
 */
export async function reconcileSequences(sql: Sql, { now, graceSeconds, typeOf }: SequenceOptions): Promise<void> {
  const types = Object.entries(typeOf).map(([aggregate, event_type]) => ({ aggregate, event_type }));
  const at = now.toISOString();
  await sql.begin(async (tx) => {
    await tx`
      with gaps as (
        select event_type, aggregate_id, missing, upper(seen) - 1 as highest,
          updated_at <= ${at}::text::timestamptz - make_interval(secs => ${graceSeconds}) as is_quiet
        from event_sequence_tracking
        join json_to_recordset(${jsonRows(types)}::text::json) as type (aggregate text, event_type text) using (aggregate)
        where not isempty(missing)
      ), judged as (
        select gaps.*, known.status as known_status, known.versions as known_versions,
          -- what was missing then is looked at again only after the grace, or runs in a row would never come to an end
          known.watched_at > ${at}::text::timestamptz - make_interval(secs => ${graceSeconds}) as is_watched,
          known.watched, known.watched_at,
          case
            when is_quiet then gaps.missing
            else gaps.missing * (coalesce(known.versions, '{}') + case
              when known.watched_at <= ${at}::text::timestamptz - make_interval(secs => ${graceSeconds}) then known.watched
              else '{}'
            end)
          end as confirmed
        from gaps
        left join reconciliations known
          on known.kind = 'sequence' and known.event_type = gaps.event_type and known.aggregate_id = gaps.aggregate_id
      )
      insert into reconciliations as known (
        kind, event_type, aggregate_id, expected, found, missing, versions, watched, watched_at, status, first_seen_at, last_seen_at
      )
      select 'sequence', event_type, aggregate_id, highest, highest - count.versions, count.versions, confirmed,
        case when is_watched then watched else judged.missing end,
        case when is_watched then watched_at else ${at}::text::timestamptz end,
        case
          when isempty(confirmed) then 'pending'
          when known_status = 'acknowledged' and confirmed <@ known_versions then 'acknowledged'
          else 'open'
        end,
        ${at}::text::timestamptz, ${at}::text::timestamptz
      from judged
      cross join lateral (select coalesce(sum(upper(r) - lower(r)), 0)::bigint as versions from unnest(confirmed) as r) as count
      on conflict (kind, event_type, source, aggregate_id, period_from, period_to) do update set
        expected = excluded.expected, found = excluded.found, missing = excluded.missing, versions = excluded.versions,
        watched = excluded.watched, watched_at = excluded.watched_at, status = excluded.status,
        first_seen_at = case when known.status = 'resolved' then excluded.first_seen_at else known.first_seen_at end,
        last_seen_at = excluded.last_seen_at, resolved_at = null`;
    const healed = tx`
      select known.id from reconciliations known
      where kind = 'sequence' and status <> 'resolved' and not exists (
        select from event_sequence_tracking
        join json_to_recordset(${jsonRows(types)}::text::json) as type (aggregate text, event_type text) using (aggregate)
        where type.event_type = known.event_type and event_sequence_tracking.aggregate_id = known.aggregate_id and not isempty(event_sequence_tracking.missing)
      )`;
    await tx`delete from reconciliations where status = 'pending' and id in (${healed})`;
    await tx`
      update reconciliations set
        status = 'resolved', resolved_at = ${at}::text::timestamptz, found = expected, missing = 0, versions = '{}', watched = '{}'
      where status <> 'pending' and id in (${healed})`;
  });
}
