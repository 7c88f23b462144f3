import type { Sql } from 'postgres';
import type { EventRow } from '#core/export-line.ts';
import { endOfMonth, type Month } from '#core/retention.ts';

export interface HashedEvent {
  readonly row: EventRow;
  /** 64 bits, as `sum_event_month` sums them. */
  readonly hash: bigint;
}

/** Length of the month's partition in blocks of the database. */
export async function countEventBlocks(sql: Sql, month: Month): Promise<number> {
  const [row] = await sql<[{ blocks: number }]>`
    select (pg_relation_size(${`analytics_events_${month.replace('-', '_')}`}::text::regclass)
      / current_setting('block_size')::int)::float8 as blocks`;
  return row.blocks;
}

/**
 * The events in the blocks from `from` to before `to` of the month's partition. A row that is updated meanwhile may move to
 * blocks that were read before: then the month's sum is not that of its files.
 */
export async function readEventBlocks(sql: Sql, month: Month, from: number, to: number): Promise<HashedEvent[]> {
  const rows = await sql<(EventRow & { readonly hash: string })[]>`
    select
      event_source, event_id, event_type, schema_version,
      to_char(occurred_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as occurred_at,
      to_char(received_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as received_at,
      trace_id, order_id, customer_id, anonymous_id, session_id, product_id, cart_id, channel, currency,
      amount::text as amount, data, hashtextextended(e::text, 0)::text as hash
    from analytics_events e
    where occurred_at >= ${`${month}-01T00:00:00Z`}::text::timestamptz
      and occurred_at < ${endOfMonth(month).toISOString()}::text::timestamptz
      and ctid >= ${`(${from},0)`}::text::tid and ctid < ${`(${to},0)`}::text::tid`;
  return rows.map(({ hash, ...row }) => ({ row: row as EventRow, hash: BigInt(hash) }));
}
