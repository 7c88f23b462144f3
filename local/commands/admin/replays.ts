import type { Outputs } from '../../describe-outputs.ts';
import { formatTable } from '../format-table.ts';
import { CommandError } from '../run-command.ts';
import { callAdmin } from './call-admin.ts';
import type { LetterOptions } from './dead-letters.ts';

interface Known {
  readonly events: number;
  readonly isAtLeast: boolean;
}

interface Replay {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly types: readonly string[];
  readonly status: string;
  readonly progress: number | null;
  readonly requestedAt: string;
  readonly known: Known;
}

interface Plan {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly types: readonly string[];
  readonly known: Known;
  readonly archive: { readonly retentionDays: number; readonly keptSince: string };
}

/** `filter` has `from` and `to`, and `type` for event types separated by commas. */
export async function startReplay(outputs: Outputs, { filter, dryRun }: LetterOptions): Promise<string> {
  const { from, to, type } = filter;
  if (from === undefined || to === undefined) throw new CommandError('replays start needs --from TIME and --to TIME');
  const body = { from, to, ...(type !== undefined && { types: type }) };
  const query: Record<string, string> = dryRun ? { dryRun: 'true' } : {};
  const { data, meta } = await callAdmin<Plan>(outputs, 'POST', '/replays', { query, body });
  const notes = (meta as { readonly notes?: readonly string[] }).notes ?? [];
  const range = `events of ${data.types.length} types from ${data.from} to ${data.to}`;
  const known = `${data.known.isAtLeast ? 'at least ' : ''}${data.known.events} of them are stored already`;
  const first = dryRun
    ? `would replay ${range}: ${known}; the archive keeps events since ${data.archive.keptSince}`
    : `replay ${data.id} of ${range} has begun: ${known}`;
  return `${[first, ...notes].join('\n')}\n`;
}

export async function listReplays(outputs: Outputs, { filter, page }: LetterOptions): Promise<string> {
  const { data, meta } = await callAdmin<Replay[]>(outputs, 'GET', '/replays', { query: { ...filter, ...page } });
  if (data.length === 0) return 'no replays\n';
  const table = formatTable(
    ['id', 'from', 'to', 'types', 'status', 'progress', 'requested'],
    data.map((row) => [
      ...[row.id, row.from, row.to, row.types.length, row.status],
      row.progress === null ? null : `${Math.round(row.progress * 100)} %`,
      row.requestedAt,
    ]),
  );
  return meta.nextCursor ? `${table}more with --cursor ${meta.nextCursor}\n` : table;
}

export async function showReplay(outputs: Outputs, id: string): Promise<string> {
  const { data, meta } = await callAdmin<object>(outputs, 'GET', `/replays/${encodeURIComponent(id)}`);
  return `${JSON.stringify({ ...data, notes: (meta as { notes?: readonly string[] }).notes }, null, 2)}\n`;
}

export async function cancelReplay(outputs: Outputs, id: string, { dryRun }: LetterOptions): Promise<string> {
  const query: Record<string, string> = dryRun ? { dryRun: 'true' } : {};
  await callAdmin(outputs, 'POST', `/replays/${encodeURIComponent(id)}/cancel`, { query });
  return dryRun ? `would cancel replay ${id}\n` : `cancelled replay ${id}\n`;
}
