import { probabilityOfAtMost } from './count-probability.ts';
import { estimateDispersion, medianFactor } from './estimate-dispersion.ts';

/** A type's events by day (number of days since 1970-01-01) and hour of the local clock; null: not counted. */
export type CountsByDay = ReadonlyMap<number, readonly (number | null)[]>;

/** Of the same weekday, back from the day that is judged. */
export const WEEKS = 8;
export const LEAST_WEEKS = 3;
const DAYS_A_WEEK = 7;

/**
 * The probability that a day on which nothing was lost has any finding, over all its types and hours: one false alarm in
 * 1,000 days. Each of its n tests may use up an n-th of it (Bonferroni), which holds however the counts depend on each other.
 */
export const FALSE_ALARMS_PER_DAY = 0.001;

/** Whether so few events have come that something else than chance must be the cause. */
export interface CountTest {
  readonly type: string;
  /** Of the local clock; null: the day as a whole. */
  readonly hour: number | null;
  readonly expected: number;
  readonly found: number;
  /** That so few come when none is lost. */
  readonly probability: number;
}

export interface Judgement {
  /** All that were made. */
  readonly tests: readonly CountTest[];
  readonly findings: readonly CountTest[];
  /** Types that have been sent, but on fewer than three of the same weekdays before. */
  readonly notEnoughHistory: readonly string[];
}

/** Judges the hours and the whole of a day, of every type, by the same weekdays of the eight weeks before. */
export function judgeDay(counts: ReadonlyMap<string, CountsByDay>, day: number): Judgement {
  const judged = [...counts].map(([type, byDay]) => ({ type, tests: testType(type, byDay, day) }));
  const tests = judged.flatMap((type) => type.tests ?? []);
  const limit = FALSE_ALARMS_PER_DAY / tests.length;
  return {
    tests,
    findings: tests.filter(({ probability }) => probability <= limit),
    notEnoughHistory: judged.filter((type) => type.tests === null).map(({ type }) => type),
  };
}

/** @returns null where there is not enough history; nothing for a type that was never sent */
function testType(type: string, byDay: CountsByDay, day: number): CountTest[] | null {
  const sent = [...byDay].filter(([, hours]) => sum(hours) > 0).map(([at]) => at);
  if (sent.length === 0) return [];
  // The first day of a type may have begun in its middle
  const since = Math.max(Math.min(...sent) + 1, day - WEEKS * DAYS_A_WEEK);
  const history = [...byDay].filter(([at]) => at >= since && at < day);
  const sameWeekday = history.filter(([at]) => (day - at) % DAYS_A_WEEK === 0).map(([, hours]) => hours);
  if (sameWeekday.length < LEAST_WEEKS) return null;

  const today = byDay.get(day) ?? [];
  const hourly = estimateDispersion(hourSlots(history), history.length);
  const hours = today.flatMap((found, hour) =>
    found === null ? [] : testCount(found, numbers(sameWeekday.map((counted) => counted[hour])), hourly, hour),
  );
  const daily = estimateDispersion(daySlots(history), history.length);
  const isWhole = today.length > 0 && today.some((count) => count !== null);
  const whole = isWhole ? testCount(sum(today), sameWeekday.map(sum), daily, null) : [];
  return [...hours, ...whole].map((test) => ({ type, ...test }));
}

function testCount(found: number, before: readonly number[], dispersion: number | null, hour: number | null) {
  if (dispersion === null || before.length < LEAST_WEEKS) return [];
  const expected = lowerMedian(before);
  // What is as expected needs no arithmetic, and is a test all the same
  if (found >= expected) return [{ hour, expected, found, probability: 1 }];
  const variance = (expected + dispersion * expected ** 2) * medianFactor(before.length);
  return [{ hour, expected, found, probability: probabilityOfAtMost(found, expected, variance) }];
}

type History = readonly (readonly [number, readonly (number | null)[]])[];

/** Counts of the same weekday and hour. */
function hourSlots(history: History): Iterable<number[]> {
  const slots = new Map<number, number[]>();
  for (const [day, hours] of history) {
    for (const [hour, count] of hours.entries()) {
      if (count !== null) append(slots, (day % DAYS_A_WEEK) * hours.length + hour, count);
    }
  }
  return slots.values();
}

function daySlots(history: History): Iterable<number[]> {
  const slots = new Map<number, number[]>();
  for (const [day, hours] of history) append(slots, day % DAYS_A_WEEK, sum(hours));
  return slots.values();
}

function append(slots: Map<number, number[]>, slot: number, count: number): void {
  const counts = slots.get(slot);
  if (counts) counts.push(count);
  else slots.set(slot, [count]);
}

/** The middle one, of an even number the lower of the two in the middle: expecting less claims less. */
const lowerMedian = (counts: readonly number[]) => counts.toSorted((a, b) => a - b)[Math.ceil(counts.length / 2) - 1]!;
const numbers = (counts: readonly (number | null | undefined)[]) => counts.filter((count) => typeof count === 'number');
const sum = (hours: readonly (number | null)[]) => hours.reduce<number>((total, count) => total + (count ?? 0), 0);
