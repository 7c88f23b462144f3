import type { Outputs } from '../../describe-outputs.ts';
import { formatTable } from '../format-table.ts';
import { CommandError } from '../run-command.ts';
import { callAdmin } from './call-admin.ts';

/** What the flags say, as the API's parameters. */
export interface LetterOptions {
  /** Of `type`, `reason`, `status`, `from`, `to`: those that were given. */
  readonly filter: Readonly<Record<string, string>>;
  /** Of `limit`, `cursor`: those that were given. */
  readonly page: Readonly<Record<string, string>>;
  readonly dryRun: boolean;
}

interface Letter {
  readonly id: string;
  readonly type: string | null;
  readonly reason: string;
  readonly pointer: string;
  readonly eventId: string | null;
  readonly receivedAt: string;
  readonly status: string;
  readonly replays: number;
}

interface Replay {
  readonly matched: number;
  readonly replayed: number;
  readonly failed: number;
  readonly remaining: number;
  readonly cursor: string | null;
}

export async function listLetters(outputs: Outputs, { filter, page }: LetterOptions): Promise<string> {
  const { data, meta } = await callAdmin<Letter[]>(outputs, 'GET', '/dead-letters', { query: { ...filter, ...page } });
  if (data.length === 0) return 'no dead letters\n';
  const table = formatTable(
    ['id', 'type', 'reason', 'pointer', 'event', 'received', 'status', 'replays'],
    data.map((row) => [
      ...[row.id, row.type, row.reason, row.pointer, row.eventId, row.receivedAt, row.status],
      row.replays,
    ]),
  );
  return meta.nextCursor ? `${table}more with --cursor ${meta.nextCursor}\n` : table;
}

export async function showLetter(outputs: Outputs, id: string): Promise<string> {
  const { data } = await callAdmin<object>(outputs, 'GET', `/dead-letters/${encodeURIComponent(id)}`);
  return `${JSON.stringify(data, null, 2)}\n`;
}

export async function discardLetter(outputs: Outputs, id: string, { dryRun }: LetterOptions): Promise<string> {
  await callAdmin(outputs, 'POST', `/dead-letters/${encodeURIComponent(id)}/discard`, { query: ask(dryRun) });
  return dryRun ? `would discard dead letter ${id}\n` : `discarded dead letter ${id}\n`;
}

export async function replayLetter(outputs: Outputs, id: string, { dryRun }: LetterOptions): Promise<string> {
  await callAdmin(outputs, 'POST', `/dead-letters/${encodeURIComponent(id)}/replay`, { query: ask(dryRun) });
  return dryRun ? `would replay dead letter ${id}\n` : `replayed dead letter ${id}\n`;
}

/** Call after call until nothing remains. */
export async function replayLetters(outputs: Outputs, { filter, page, dryRun }: LetterOptions): Promise<string> {
  if (Object.keys(filter).length === 0) throw new CommandError('replay needs an ID or a filter; --status open is all');
  const once = page.limit !== undefined;
  const first = await replayPage(outputs, { ...filter, ...page }, dryRun);
  if (dryRun) return `would replay ${first.matched} dead letters\n`;
  let { replayed, failed, remaining, cursor } = first;
  while (cursor !== null && !once) {
    const next = await replayPage(outputs, { ...filter, cursor }, dryRun);
    replayed += next.replayed;
    failed += next.failed;
    ({ remaining, cursor } = next);
  }
  const more = cursor === null ? '' : `; ${remaining} remain, with --cursor ${cursor}`;
  return `replayed ${replayed} of ${first.matched} dead letters, ${failed} could not be sent${more}\n`;
}

async function replayPage(outputs: Outputs, body: object, dryRun: boolean): Promise<Replay> {
  const { data } = await callAdmin<Replay>(outputs, 'POST', '/dead-letters/replay', { query: ask(dryRun), body });
  return data;
}

const ask = (dryRun: boolean): Record<string, string> => (dryRun ? { dryRun: 'true' } : {});
