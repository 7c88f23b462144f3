import type { TransactionSql } from 'postgres';
import type { Fact, FactTable } from '#core/facts.ts';
import { jsonRows } from './json-rows.ts';

/**
 * Tables in the order in which they are folded, with their keys. Orders come first: their rows are what events about
 * one order lock. One order of tables and sorted keys keep transactions from waiting for each other in a circle.
 */
const keyColumns: Readonly<Record<FactTable, string>> = {
  orders: 'order_id',
  payments: 'payment_id',
  shipments: 'shipment_id',
  returns: 'return_id',
  sessions: 'session_id',
  // after their sessions, whose rows say which hour they belong to
  session_products: 'session_product_id',
  customers: 'customer_id',
  stock: 'stock_id',
  spend: 'spend_id',
  reported_counts: 'report_id',
};

/** @param facts at most one per table and key (`mergeFacts`) */
export async function foldFacts(tx: TransactionSql, facts: readonly Fact[]): Promise<void> {
  for (const [table, keyColumn] of Object.entries(keyColumns)) {
    const rows = facts.filter((fact) => fact.table === table);
    if (rows.length > 0) await foldTable(tx, table, keyColumn, rows);
  }
}

async function foldTable(tx: TransactionSql, table: string, keyColumn: string, rows: readonly Fact[]): Promise<void> {
  await tx`
    insert into ${tx(table)} as fact (${tx(keyColumn)}, earliest, latest)
    select key, earliest, latest
    from json_to_recordset(${jsonRows(rows)}::text::json) as event (key text, earliest jsonb, latest jsonb)
    order by key
    on conflict (${tx(keyColumn)}) do update set
      earliest = merge_earliest(fact.earliest, excluded.earliest),
      latest = merge_latest(fact.latest, excluded.latest)`;
}
