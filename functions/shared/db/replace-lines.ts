import type { TransactionSql } from 'postgres';
import type { Lines } from '#core/rows.ts';
import { jsonRows } from './json-rows.ts';

/** Per table of lines the fact they belong to, and its key. */
const tables = {
  order_lines: { fact: 'orders', key: 'order_id' },
  shipment_lines: { fact: 'shipments', key: 'shipment_id' },
  return_lines: { fact: 'returns', key: 'return_id' },
} as const;

/**
 * `items` is one field: the lines of the highest version hold. Runs after the facts were folded, which locked them and
 * tells whether this version won; where it did not, nothing changes.
 * @param candidates at most one per table and key, the highest version of the batch; lines in the table's columns
 */
export async function replaceLines(tx: TransactionSql, candidates: readonly Lines[]): Promise<void> {
  for (const [table, { fact, key }] of Object.entries(tables)) {
    const ofTable = candidates.filter((candidate) => candidate.table === table);
    if (ofTable.length === 0) continue;
    const rows = ofTable.map((candidate) => ({
      ...candidate,
      lines: candidate.lines.map((line) => ({ ...line, [key]: candidate.key })),
    }));
    const winning = tx`
      json_to_recordset(${jsonRows(rows)}::text::json) as candidate (key text, version text, lines json)
      join ${tx(fact)} as fact on fact.${tx(key)} = candidate.key and fact.items_version = candidate.version`;
    await tx`delete from ${tx(table)} where ${tx(key)} in (select candidate.key from ${winning})`;
    await tx`
      insert into ${tx(table)}
      select line.*
      from ${winning}
      cross join lateral json_populate_recordset(null::${tx(table)}, candidate.lines) as line`;
  }
}
