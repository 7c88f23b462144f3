import type { Outputs } from '../../describe-outputs.ts';
import { formatTable } from '../format-table.ts';
import { callAdmin } from './call-admin.ts';

interface Started {
  readonly id: string | null;
  readonly from: string;
  readonly to: string;
  readonly hours: number;
}

interface Sums {
  readonly currency: string;
  readonly placed: number;
  readonly gross: string;
  readonly discounts: string;
  readonly cancellations: string;
  readonly returns: string;
  readonly collected: string;
}

interface Aggregation extends Started {
  readonly pending: number;
  readonly status: string;
  readonly before: readonly Sums[];
  readonly after: readonly Sums[] | null;
}

export async function startAggregation(
  outputs: Outputs,
  range: Readonly<Record<string, string>>,
  dryRun: boolean,
): Promise<string> {
  const query: Record<string, string> = dryRun ? { dryRun: 'true' } : {};
  const { data } = await callAdmin<Started>(outputs, 'POST', '/aggregations', { query, body: range });
  const what = `${data.hours} hours from ${data.from} to ${data.to}`;
  return data.id === null ? `would recompute ${what}\n` : `aggregation ${data.id} recomputes ${what}\n`;
}

export async function showAggregation(outputs: Outputs, id: string): Promise<string> {
  const { data } = await callAdmin<Aggregation>(outputs, 'GET', `/aggregations/${encodeURIComponent(id)}`);
  return describe(data);
}

function describe({ id, from, to, hours, pending, status, before, after }: Aggregation): string {
  const head = `aggregation ${id}, ${from} to ${to}: ${status}, ${hours - pending} of ${hours} hours recomputed\n`;
  const rows = [['before', before] as const, ['after', after ?? []] as const].flatMap(([when, sums]) =>
    sums.map((sum) => [
      ...[when, sum.currency, sum.placed, sum.gross, sum.discounts, sum.cancellations, sum.returns, sum.collected],
    ]),
  );
  const headings = ['', 'currency', 'orders', 'gross', 'discounts', 'cancellations', 'returns', 'collected'];
  return rows.length === 0 ? head : head + formatTable(headings, rows);
}
