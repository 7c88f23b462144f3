import type { TransactionSql } from 'postgres';
import { jsonRows } from '../../json-rows.ts';

export interface Identity {
  readonly time: string;
  readonly source: string;
  readonly id: string;
}

export interface StoredEvent extends Identity {
  readonly type: string;
  readonly traceId: string | null;
}

/** Those of the events that are still stored. */
export async function findEvents(tx: TransactionSql, identities: readonly Identity[]): Promise<StoredEvent[]> {
  return await tx<StoredEvent[]>`
    select named.time, event_source as source, event_id as id, event_type as type, trace_id as "traceId"
    from (
      select distinct time, source, id
      from json_to_recordset(${jsonRows(identities)}::text::json) as given (time text, source text, id text)
    ) as named
    join analytics_events on event_source = source and event_id = id and occurred_at = time::timestamptz`;
}
