import type { Sql } from 'postgres';

export interface Totals {
  readonly received: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly deadLetters: readonly { readonly type: string; readonly reason: string; readonly count: number }[];
}

/** What ingestion has counted since the database was made, and the dead letters that it holds. */
export async function readTotals(sql: Sql): Promise<Totals> {
  const [counts] = await sql<{ received: number; stored: number; duplicates: number }[]>`
    select coalesce(sum(received), 0)::float8 as received,
           coalesce(sum(stored), 0)::float8 as stored,
           coalesce(sum(duplicates), 0)::float8 as duplicates
    from ingest_counts`;
  const deadLetters = await sql<{ type: string; reason: string; count: number }[]>`
    select coalesce(event_type, 'unknown') as type, reason, count(*)::int as count
    from dead_letter_queue group by 1, 2 order by 1, 2`;
  return { ...counts!, deadLetters: [...deadLetters] };
}

/** `3 schema_violation, 1 unknown_type`, most first. */
export function formatReasons(counts: readonly { readonly reason: string; readonly count: number }[]): string {
  const byReason = new Map<string, number>();
  for (const { reason, count } of counts) byReason.set(reason, (byReason.get(reason) ?? 0) + count);
  const sorted = [...byReason].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return sorted.map(([reason, count]) => `${count.toLocaleString('en')} ${reason}`).join(', ');
}
