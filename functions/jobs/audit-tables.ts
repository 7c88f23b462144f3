import type { Sql } from 'postgres';
import { findPersonal } from '#core/audit/find-personal.ts';
import { type AuditedTable, listAuditedTables } from '#db/audit/list-audited-tables.ts';
import type { TablePosition } from '#db/audit/read-audit-position.ts';
import { type AuditedRow, readBlocks } from '#db/audit/read-blocks.ts';
import { type Finding, recordFindings } from '#db/audit/record-findings.ts';
import { collectFindings } from './collect-findings.ts';

/** 2 MiB of rows at a time, more where they hold long values. */
const BLOCKS_PER_READ = 256;

export interface AuditOutcome {
  readonly rows: number;
  /** Null when the pass has come to the end. */
  readonly next: TablePosition | null;
}

/**
 * Goes through the tables in the order of their names from `position` on, as far as there is time, and records what was
 * found. Tables that were made or dropped since the pass began change nothing but that they are read or not.
 * @param canaries texts that must be nowhere, besides what the detectors know
 */
export async function auditTables(
  sql: Sql,
  {
    position,
    canaries,
    hasTime,
  }: {
    readonly position: { readonly passStartedAt: string } & Partial<TablePosition>;
    readonly canaries: readonly string[];
    readonly hasTime: () => boolean;
  },
): Promise<AuditOutcome> {
  const { passStartedAt } = position;
  const tables = await listAuditedTables(sql);
  const first = tables.findIndex(({ name }) => name === position.table);
  const findings = new Map<string, Finding>();
  let rows = 0;
  let next: TablePosition | null = null;

  for (const table of tables.slice(Math.max(first, 0))) {
    let block = table.name === position.table ? (position.block ?? 0) : 0;
    for (; block < table.blocks && hasTime(); block += BLOCKS_PER_READ) {
      const read = await readBlocks(sql, table, block, block + BLOCKS_PER_READ);
      rows += read.length;
      for (const row of read) inspectRow(table, row, canaries, findings);
    }
    if (block < table.blocks) {
      next = { table: table.name, block };
      break;
    }
  }
  await recordFindings(sql, passStartedAt, [...findings.values()]);
  return { rows, next };
}

function inspectRow(
  table: AuditedTable,
  [place, ...values]: AuditedRow,
  canaries: readonly string[],
  findings: Map<string, Finding>,
): void {
  for (const [index, value] of values.entries()) {
    const column = table.columns[index]!;
    const at = { table_name: table.name, column_name: column, row_place: place };
    collectFindings(findings, at, findPersonal(value, column, canaries));
  }
}
