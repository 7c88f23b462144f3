import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Sql } from 'postgres';
import { AnalyticsError } from '#core/errors.ts';
import { beginExport } from '#db/retain/begin-export.ts';
import { type DetachOutcome, detachMonth, dropMonth } from '#db/retain/detach-month.ts';
import { findHindrance } from '#db/retain/find-hindrance.ts';
import type { KnownMonth } from '#db/retain/list-months.ts';
import { type RetainedMonth, readRetainedMonth } from '#db/retain/read-retained-month.ts';
import type { ExportObjects } from '#runtime/export-objects.ts';
import { type ExportLimits, exportMonth } from './export-month.ts';
import { isStillThere, verifyMonth } from './verify-month.ts';

const KEY_BYTES = 32;
/** In one run: a month that keeps changing waits for the next. */
const MOST_ATTEMPTS = 3;

/** Where the run left a month, and what it waits for. */
export type Stop =
  | 'dropped'
  | 'waits a day'
  | 'no time'
  | 'changed'
  | 'damaged'
  | Exclude<DetachOutcome, 'detached' | 'changed'>;

/**
 * Takes a month out of the database: exporting, exported, verified, detached and, the day after, dropped. It begins with
 * what the table `retained_months` says, so a run that was cut off anywhere is gone on with.
 */
export async function retireMonth(
  sql: Sql,
  objects: ExportObjects,
  { month, isAttached }: KnownMonth,
  limits: ExportLimits,
): Promise<Stop> {
  const again = async (attempt: number | null) =>
    await beginExport(sql, { month, attempt, surrogateKey: randomBytes(KEY_BYTES) });
  let reason: 'changed' | 'damaged' = 'changed';
  for (let attempts = 0; attempts < MOST_ATTEMPTS; ) {
    if (!limits.hasTime()) return 'no time';
    const known = await readRetainedMonth(sql, month);
    const isOver = known?.state === 'dropped';
    if (!known || (isOver && isAttached)) {
      const hindrance = await findHindrance(sql, month);
      if (hindrance) return hindrance;
      await again(known?.attempt ?? null);
      continue;
    }
    if (isOver) return 'dropped';
    const outcome = await step(sql, objects, known, limits);
    if (outcome === 'done') continue;
    if (outcome !== 'changed' && outcome !== 'damaged') return outcome;
    reason = outcome;
    attempts++;
    await again(known.attempt);
  }
  return reason;
}

async function step(
  sql: Sql,
  objects: ExportObjects,
  known: RetainedMonth,
  limits: ExportLimits,
): Promise<'done' | Stop> {
  const { month, attempt, state } = known;
  switch (state) {
    case 'exporting':
      return (await exportMonth(sql, objects, known, limits)) ? 'done' : 'no time';
    case 'exported': {
      const outcome = await verifyMonth(sql, objects, known, limits.hasTime);
      if (outcome === 'unfinished') return 'no time';
      return outcome === 'verified' ? 'done' : outcome;
    }
    case 'verified': {
      const outcome = await detachPatiently(sql, known, limits.hasTime);
      return outcome === 'detached' ? 'done' : outcome;
    }
    case 'detached':
      if (!known.isDroppable) return 'waits a day';
      if (!(await isStillThere(sql, objects, month))) {
        throw new AnalyticsError(`files of ${month}: expected all in the export bucket; the detached month is kept`);
      }
      await dropMonth(sql, month, attempt);
      return 'done';
    case 'dropped':
      return 'dropped';
  }
}

const MOST_TRIES = 20;
const PAUSE_MS = 300;

/** Others hold the table for the length of their transactions: in between there is room, sooner or later. */
async function detachPatiently(sql: Sql, { month, attempt }: RetainedMonth, hasTime: () => boolean) {
  for (let tries = 1; ; tries++) {
    const outcome = await detachMonth(sql, month, attempt);
    if (outcome !== 'busy' || tries === MOST_TRIES || !hasTime()) return outcome;
    await setTimeout(PAUSE_MS * (0.5 + Math.random()));
  }
}
