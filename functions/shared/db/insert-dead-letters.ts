import type { TransactionSql } from 'postgres';
import type { Json } from '#core/event.ts';
import { jsonRows } from './json-rows.ts';

export interface DeadLetterRow {
  readonly deduplication_key: string;
  readonly event_type: string | null;
  readonly reason: string;
  readonly pointer: string;
  readonly keyword: string;
  readonly event_source: string | null;
  readonly event_id: string | null;
  readonly queue: string;
  readonly received_at: string;
  readonly masked_view: Json | object;
  /** Base64. */
  readonly original: string;
  /** Base64. */
  readonly data_key: string;
  /** Open where it is not named. */
  readonly status?: 'discarded';
}

/** @returns how many were new: one that is there already stays as it is */
export async function insertDeadLetters(tx: TransactionSql, rows: readonly DeadLetterRow[]): Promise<number> {
  const inserted = await tx`
    insert into dead_letter_queue (
      deduplication_key, event_type, reason, pointer, keyword, event_source, event_id, queue, received_at,
      masked_view, original, data_key, status
    )
    select
      deduplication_key, event_type, reason, pointer, keyword, event_source, event_id, queue, received_at,
      masked_view, decode(original, 'base64'), decode(data_key, 'base64'), coalesce(status, 'open')
    from json_to_recordset(${jsonRows(rows)}::text::json) as letter (
      deduplication_key text, event_type text, reason text, pointer text, keyword text, event_source text, event_id text,
      queue text, received_at timestamptz, masked_view jsonb, original text, data_key text, status text
    )
    order by deduplication_key
    on conflict (deduplication_key) do nothing`;
  return inserted.count;
}
