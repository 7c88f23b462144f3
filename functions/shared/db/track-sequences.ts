import type { TransactionSql } from 'postgres';
import type { SeenVersion } from '#core/rows.ts';
import { jsonRows } from './json-rows.ts';

/**
 * Adds versions to what is known of their aggregates. An event is late when a higher version was stored before it or
 * stands before it in the batch. Runs after the facts were folded: their locks let no other transaction add a version of
 * the same aggregate meanwhile.
 * @param seen in order of arrival
 */
export async function trackSequences(tx: TransactionSql, seen: readonly SeenVersion[]): Promise<void> {
  const rows = seen.map((version, arrival) => ({ ...version, arrival }));
  await tx`
    with versions as (
      select aggregate, id, sequence,
        max(sequence) over (partition by aggregate, id order by arrival rows between unbounded preceding and 1 preceding) as highest_before
      from json_to_recordset(${jsonRows(rows)}::text::json) as version (aggregate text, id text, sequence bigint, arrival int)
    )
    insert into event_sequence_tracking as tracked (aggregate, aggregate_id, seen, late_events)
    select v.aggregate, v.id,
      range_agg(int8range(v.sequence, v.sequence, '[]')),
      count(*) filter (where v.sequence < greatest(v.highest_before, upper(t.seen) - 1))
    from versions v
    left join event_sequence_tracking t on t.aggregate = v.aggregate and t.aggregate_id = v.id
    group by v.aggregate, v.id
    order by v.aggregate, v.id
    on conflict (aggregate, aggregate_id) do update set
      seen = tracked.seen + excluded.seen,
      late_events = tracked.late_events + excluded.late_events,
      updated_at = now()`;
}
