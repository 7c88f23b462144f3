import type { Sql } from 'postgres';
import { jsonRows } from '../json-rows.ts';

/** Where personal data stands, and never what. */
export interface Finding {
  readonly table_name: string;
  readonly column_name: string;
  readonly path: string;
  readonly detector: string;
  /** Values found there in this run. */
  readonly found: number;
  /** ctid of the first row. */
  readonly row_place: string;
}

/** Adds a run's findings to those of its pass; a place that an earlier pass found too keeps when it was first seen. */
export async function recordFindings(sql: Sql, passStartedAt: string, findings: readonly Finding[]): Promise<void> {
  await sql`
    insert into pii_findings as known (table_name, column_name, path, detector, pass_started_at, found, row_place)
    select table_name, column_name, path, detector, ${passStartedAt}::text::timestamptz, found, row_place
    from json_to_recordset(${jsonRows(findings)}::text::json) as finding
      (table_name text, column_name text, path text, detector text, found bigint, row_place text)
    order by table_name, column_name, path, detector
    on conflict (table_name, column_name, path, detector) do update set
      pass_started_at = excluded.pass_started_at,
      found = excluded.found + case when known.pass_started_at = excluded.pass_started_at then known.found else 0 end,
      row_place = excluded.row_place,
      last_seen_at = now()`;
}

/** Places that the pass has found so far. */
export async function countFindings(sql: Sql, passStartedAt: string): Promise<number> {
  const [row] = await sql<[{ places: number }]>`
    select count(*)::int as places from pii_findings where pass_started_at = ${passStartedAt}::text::timestamptz`;
  return row.places;
}
