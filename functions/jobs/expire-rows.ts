import type { Sql } from 'postgres';
import { daysBefore } from '#core/retention.ts';
import { expireDeadLetters, expireJobRuns, expireLedger } from '#db/retain/expire-rows.ts';

const ROWS_PER_SLICE = 10_000;
/** As long as production keeps its logs. */
const JOB_RUN_DAYS = 90;

export type Expired = {
  readonly ledger: number;
  readonly deadLetters: number;
  /** Of them, those that were neither replayed nor discarded. */
  readonly openDeadLetters: number;
  readonly jobRuns: number;
  /** Else the rest waits for the next run. */
  readonly isDone: boolean;
};

/** Deletes what is past its retention, slice by slice as far as there is time. */
export async function expireRows(
  sql: Sql,
  now: Date,
  retention: { readonly ledgerDays: number; readonly deadLetterDays: number },
  hasTime: () => boolean,
  limit = ROWS_PER_SLICE,
): Promise<Expired> {
  const inSlices = async (deleteSlice: () => Promise<number>) => {
    let deleted = 0;
    while (hasTime()) {
      const count = await deleteSlice();
      deleted += count;
      if (count < limit) return { deleted, isDone: true };
    }
    return { deleted, isDone: false };
  };
  const before = (days: number) => ({ before: daysBefore(now, days), limit });

  let openDeadLetters = 0;
  const deadLetters = await inSlices(async () => {
    const { deleted, open } = await expireDeadLetters(sql, before(retention.deadLetterDays));
    openDeadLetters += open;
    return deleted;
  });
  const jobRuns = await inSlices(() => expireJobRuns(sql, before(JOB_RUN_DAYS)));
  const ledger = await inSlices(() => expireLedger(sql, before(retention.ledgerDays)));
  return {
    ledger: ledger.deleted,
    deadLetters: deadLetters.deleted,
    openDeadLetters,
    jobRuns: jobRuns.deleted,
    isDone: deadLetters.isDone && jobRuns.isDone && ledger.isDone,
  };
}
