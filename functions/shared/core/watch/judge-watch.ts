import type { watchMetrics } from '#contract/metrics.ts';
import { findSilentTypes, type TypeHistory } from './find-silent-types.ts';
import { hasLedgerJumped, haveLettersGrown, type Look } from './judge-growth.ts';

/** What the watch sees of the database at a moment. */
export interface Sight {
  /** The database has been at work for a day: before, nothing daily can have been done. */
  readonly isSettled: boolean;
  /** The business day before. */
  readonly day: {
    readonly isAggregated: boolean;
    /** Hours of it that are to be recomputed although the runs of the minute do not come to it. */
    readonly stuckHours: number;
  };
  /** Of this month and the next, those without a partition. */
  readonly missingMonths: readonly string[];
  readonly types: readonly TypeHistory[];
  /** Minutes that the consumers have been paused, null where nobody has looked for a quarter of an hour. */
  readonly valveMinutes: number | null;
  /** This one and those of the last four weeks, the oldest first. */
  readonly looks: readonly Look[];
}

export type WatchKind = keyof typeof watchMetrics;

/** Counts and names by which the runbook's checks begin. */
export type WatchFinding = { readonly kind: WatchKind } & Readonly<Record<string, string | number | readonly string[]>>;

/** As its own alarm: from here the valve is not a passing outage's. */
const VALVE_MINUTES = 15;

export function judgeWatch({ isSettled, day, missingMonths, types, valveMinutes, looks }: Sight): WatchFinding[] {
  const findings: WatchFinding[] = [];
  if (isSettled && (!day.isAggregated || day.stuckHours > 0)) {
    findings.push({ kind: 'daily-aggregation-missing', runs: day.isAggregated ? 1 : 0, stuckHours: day.stuckHours });
  }
  if (isSettled && missingMonths.length > 0) findings.push({ kind: 'partitions-missing', months: missingMonths });
  const silent = findSilentTypes(types);
  if (silent.length > 0) findings.push({ kind: 'type-silent', types: silent });
  if (isSettled && (valveMinutes ?? Number.POSITIVE_INFINITY) > VALVE_MINUTES) {
    findings.push({ kind: 'valve-closed-too-long', minutes: valveMinutes ?? 'unknown' });
  }
  const now = looks.at(-1);
  if (now && hasLedgerJumped(looks)) findings.push({ kind: 'ledger-growing', bytes: now.ledgerBytes });
  if (now && haveLettersGrown(looks)) findings.push({ kind: 'dead-letters-growing', open: now.openLetters });
  return findings;
}
