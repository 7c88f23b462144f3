import type { Sql } from 'postgres';
import { jsonRows } from '../json-rows.ts';

export interface RateFinding {
  readonly event_type: string;
  /** RFC 3339. */
  readonly period_from: string;
  readonly period_to: string;
  readonly expected: number;
  readonly found: number;
  readonly probability: number;
}

/**
 * The findings of a judged period in place of those of an earlier run: what is found no more is resolved.
 * @param period RFC 3339, half open
 */
export async function saveRateFindings(
  sql: Sql,
  now: Date,
  period: { readonly from: string; readonly to: string },
  findings: readonly RateFinding[],
): Promise<void> {
  const at = now.toISOString();
  await sql`
    with found as (
      insert into reconciliations as known (
        kind, event_type, period_from, period_to, expected, found, missing, probability, status, first_seen_at, last_seen_at
      )
      select 'rate', event_type, period_from, period_to, expected, found, round(expected - found), probability, 'open',
        ${at}::text::timestamptz, ${at}::text::timestamptz
      from json_to_recordset(${jsonRows(findings)}::text::json) as finding (
        event_type text, period_from timestamptz, period_to timestamptz, expected float8, found bigint, probability float8
      )
      on conflict (kind, event_type, source, aggregate_id, period_from, period_to) do update set
        expected = excluded.expected, found = excluded.found, missing = excluded.missing, probability = excluded.probability,
        status = case when known.status = 'acknowledged' then 'acknowledged' else 'open' end,
        first_seen_at = case when known.status = 'resolved' then excluded.first_seen_at else known.first_seen_at end,
        last_seen_at = excluded.last_seen_at, resolved_at = null
      returning id
    )
    update reconciliations set status = 'resolved', resolved_at = ${at}::text::timestamptz
    where kind = 'rate' and status in ('open', 'acknowledged')
      and period_from >= ${period.from}::text::timestamptz and period_to <= ${period.to}::text::timestamptz
      and (event_type, period_from, period_to) not in (
        select event_type, period_from, period_to
        from json_to_recordset(${jsonRows(findings)}::text::json) as finding (event_type text, period_from timestamptz, period_to timestamptz)
      )`;
}
