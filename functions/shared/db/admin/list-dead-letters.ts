import type { Sql } from 'postgres';
import type { DeadLetterFilter } from '#core/dead-letter-filter.ts';

export interface ListedLetter {
  readonly id: string;
  readonly type: string | null;
  readonly reason: string;
  readonly pointer: string;
  readonly keyword: string;
  readonly source: string | null;
  readonly eventId: string | null;
  readonly receivedAt: Date;
  readonly status: string;
  readonly replays: number;
}

/** The newest first, by id, so that letters which arrive while someone pages shift no page. `before`: the last id seen. */
export async function listDeadLetters(
  sql: Sql,
  filter: DeadLetterFilter,
  page: { readonly before: string | null; readonly limit: number },
): Promise<ListedLetter[]> {
  return await sql<ListedLetter[]>`
    select
      id::text, event_type as type, reason, pointer, keyword, event_source as source, event_id as "eventId",
      received_at as "receivedAt", status, replays
    from dead_letter_queue
    where (${page.before}::bigint is null or id < ${page.before}::bigint)
      and (${filter.type}::text is null or event_type = ${filter.type}::text)
      and (${filter.reason}::text is null or reason = ${filter.reason}::text)
      and (${filter.status}::text is null or status = ${filter.status}::text)
      and (${filter.from}::timestamptz is null or received_at >= ${filter.from}::timestamptz)
      and (${filter.to}::timestamptz is null or received_at < ${filter.to}::timestamptz)
    order by dead_letter_queue.id desc
    limit ${page.limit}`;
}
