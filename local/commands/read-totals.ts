import type { Sql } from 'postgres';
import { metrics as metricNames } from '#contract/metrics.ts';
import type { DrainReadings, Reading } from '../answer-control.ts';
import type { Outputs } from '../describe-outputs.ts';
import { CommandError } from './run-command.ts';

export interface Counts {
  /** Events that ingestion is done with: stored, duplicates, and those it rejected. One that failed counts when it comes again. */
  readonly received: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly deadLetters: readonly { readonly type: string; readonly reason: string; readonly count: number }[];
}

export interface Totals {
  readonly sinceStart: Counts;
  /** Undefined where this is the first drain since the start. */
  readonly sinceLastDrain: Counts | undefined;
}

/**
 * What the functions have counted in their metrics, and the dead letters captured meanwhile. Marks a drain: the next call
 * counts from here too.
 */
export async function readTotals(sql: Sql, { controlUrl }: Pick<Outputs, 'controlUrl'>): Promise<Totals> {
  const response = await fetch(new URL('/drained', controlUrl), { method: 'POST' }).catch((cause: Error) => {
    throw new CommandError(`the system at ${controlUrl} does not answer`, { cause });
  });
  const { startedAt, last, now } = (await response.json()) as DrainReadings;
  return {
    sinceStart: await countBetween(sql, { at: startedAt, metrics: {} }, now),
    sinceLastDrain: last ? await countBetween(sql, last, now) : undefined,
  };
}

async function countBetween(sql: Sql, from: Reading, to: Reading): Promise<Counts> {
  const grown = (name: string) => (to.metrics[name] ?? 0) - (from.metrics[name] ?? 0);
  const deadLetters = await sql<{ type: string; reason: string; count: number }[]>`
    select coalesce(event_type, 'unknown') as type, reason, count(*)::int as count
    from dead_letter_queue where captured_at >= ${from.at} and captured_at < ${to.at}
    group by 1, 2 order by 1, 2`;
  return {
    received: grown(metricNames.eventsReceived) - grown(metricNames.eventsFailed),
    stored: grown(metricNames.eventsStored),
    duplicates: grown(metricNames.eventsDuplicate),
    deadLetters: [...deadLetters],
  };
}

/** `3 schema_violation, 1 unknown_type`, most first. */
export function formatReasons(counts: readonly { readonly reason: string; readonly count: number }[]): string {
  const byReason = new Map<string, number>();
  for (const { reason, count } of counts) byReason.set(reason, (byReason.get(reason) ?? 0) + count);
  const sorted = [...byReason].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return sorted.map(([reason, count]) => `${count.toLocaleString('en')} ${reason}`).join(', ');
}
