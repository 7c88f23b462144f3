import type { Outputs } from '../../describe-outputs.ts';
import { formatTable } from '../format-table.ts';
import { callAdmin } from './call-admin.ts';

interface Finding {
  readonly id: string;
  readonly kind: string;
  readonly type: string;
  readonly source: string | null;
  readonly aggregateId: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly expected: number;
  readonly found: number;
  readonly missing: number;
  readonly deadLettered: number | null;
  readonly status: string;
}

/** @param query of `kind`, `status`, `limit`, `cursor`: those that were given */
export async function listReconciliations(outputs: Outputs, query: Readonly<Record<string, string>>): Promise<string> {
  const { data, meta } = await callAdmin<Finding[]>(outputs, 'GET', '/reconciliations', { query });
  if (data.length === 0) return 'no findings\n';
  const table = formatTable(
    ['id', 'kind', 'type', 'of', 'from', 'to', 'expected', 'found', 'missing', 'dead letters', 'status'],
    data.map((row) => [
      ...[row.id, row.kind, row.type, row.source ?? row.aggregateId, row.from, row.to],
      ...[row.expected, row.found, row.missing, row.deadLettered],
      row.status,
    ]),
  );
  return meta.nextCursor ? `${table}more with --cursor ${meta.nextCursor}\n` : table;
}

export async function acknowledgeReconciliation(outputs: Outputs, id: string, dryRun: boolean): Promise<string> {
  const query: Record<string, string> = dryRun ? { dryRun: 'true' } : {};
  await callAdmin(outputs, 'POST', `/reconciliations/${encodeURIComponent(id)}/acknowledge`, { query });
  return dryRun ? `would acknowledge finding ${id}\n` : `acknowledged finding ${id}\n`;
}
