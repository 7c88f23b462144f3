import type { TransactionSql } from 'postgres';
import type { EventRow } from '#core/rows.ts';
import { jsonRows } from './json-rows.ts';

/** The partitions of the rows' months are there (`ensureEventPartitions`). */
export async function insertEvents(tx: TransactionSql, rows: readonly EventRow[]): Promise<void> {
  await tx`
    insert into analytics_events (
      event_source, event_id, event_type, schema_version, occurred_at, trace_id,
      order_id, customer_id, anonymous_id, session_id, product_id, cart_id, channel, currency, amount, data
    )
    select
      event_source, event_id, event_type, schema_version, occurred_at, trace_id,
      order_id, customer_id, anonymous_id, session_id, product_id, cart_id, channel, currency, amount, data
    from json_to_recordset(${jsonRows(rows)}::text::json) as event (
      event_source text, event_id text, event_type text, schema_version text, occurred_at timestamptz, trace_id text,
      order_id text, customer_id text, anonymous_id text, session_id text, product_id text, cart_id text,
      channel text, currency text, amount numeric, data jsonb
    )`;
}
