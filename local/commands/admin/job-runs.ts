import type { Outputs } from '../../describe-outputs.ts';
import { formatTable } from '../format-table.ts';
import { callAdmin } from './call-admin.ts';

interface Run {
  readonly job: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly status: string;
  readonly result: unknown;
  readonly error: string | null;
}

export async function listRuns(outputs: Outputs, page: Readonly<Record<string, string>>): Promise<string> {
  const { data, meta } = await callAdmin<Run[]>(outputs, 'GET', '/jobs', { query: page });
  if (data.length === 0) return 'no job has run\n';
  const table = formatTable(
    ['job', 'started', 'finished', 'status', 'result'],
    data.map((run) => [
      ...[run.job, run.startedAt, run.finishedAt, run.status],
      run.error ?? (run.result === null ? null : JSON.stringify(run.result)),
    ]),
  );
  return meta.nextCursor ? `${table}more with --cursor ${meta.nextCursor}\n` : table;
}
