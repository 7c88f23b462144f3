import { Cron } from 'croner';

const SECONDS: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/** Croner's pattern of `cron(…)`; of `rate(…)` every second held back by an interval in seconds. */
export function cronPattern(expression: string): { readonly pattern: string; readonly interval?: number } {
  const cron = /^cron\((.+)\)$/.exec(expression);
  if (cron) return { pattern: `0 ${cron[1]}` };
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate) return { pattern: '* * * * * ? *', interval: Number(rate[1]) * SECONDS[rate[2]!]! };
  throw new Error(`The schedule ${expression} is neither cron(…) nor rate(…)`);
}

/** Without these options croner reads AWS's cron expressions otherwise than AWS, silently. */
export const cronOptions = { mode: '7-part', alternativeWeekdays: true, sloppyRanges: true } as const;

const FROM = new Date('2026-01-01T00:00:00Z');
const RUNS = 2_000;
const WEEKS_SEEN_MS = 15 * 86_400_000;

/**
 * Milliseconds between the two runs of a schedule that are furthest apart, in UTC: over the 15 days or 2,000 runs that
 * come first. Where clocks are put forward or back it may be an hour more.
 */
export function longestGap(expression: string): number {
  const { pattern, interval } = cronPattern(expression);
  if (interval !== undefined) return interval * 1_000;
  const timer = new Cron(pattern, { ...cronOptions, timezone: 'UTC' });
  const runs = timer.nextRuns(RUNS, FROM).map((run) => run.getTime());
  const seen = runs.filter((at, index) => index < 2 || at - FROM.getTime() < WEEKS_SEEN_MS);
  return Math.max(...seen.slice(1).map((at, index) => at - seen[index]!));
}
