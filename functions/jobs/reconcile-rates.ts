import type { Sql } from 'postgres';
import { Temporal } from 'temporal-polyfill';
import { type CountsByDay, type CountTest, judgeDay, WEEKS } from '#core/reconcile/judge-day.ts';
import { startOfDay } from '#core/time-windows.ts';
import { countEvents } from '#db/reconcile/count-events.ts';
import { findCountableDays } from '#db/reconcile/find-countable-days.ts';
import { findOpenDays } from '#db/reconcile/find-open-days.ts';
import { type CountedHour, readCounts } from '#db/reconcile/read-counts.ts';
import { type RateFinding, saveRateFindings } from '#db/reconcile/save-rate-findings.ts';

export interface RateOptions {
  readonly zone: string;
  readonly types: readonly string[];
  readonly now: Date;
  /** A day is judged when it ended that long ago. */
  readonly graceSeconds: number;
  /** The days to judge, `YYYY-MM-DD` in the zone, both ends included. */
  readonly from: string;
  readonly to: string;
  readonly hasTime: () => boolean;
}

export type RateResult = {
  readonly days: number;
  readonly tests: number;
  readonly notEnoughHistory: string[];
  readonly isDone: boolean;
};

/** Days that no run has counted are judged too, as far back as this: runs that were missed are made up for. */
const CATCH_UP_DAYS = 14;
const DAY_MS = 86_400_000;

/**
 * Judges the days by the weeks before them, days with open findings again, and days that earlier runs missed. What was
 * never counted is counted first; without time for that nothing is judged yet.
 */
export async function reconcileRates(sql: Sql, options: RateOptions): Promise<RateResult> {
  const { zone, types, now, graceSeconds, from, to, hasTime } = options;
  const open = await findOpenDays(sql, zone);
  const first = [...open, shift(from, -CATCH_UP_DAYS)].toSorted()[0]!;
  const last = [...open, to].toSorted().at(-1)!;
  // One day more: the first with events is no history
  const since = shift(first, -(WEEKS * 7 + 1));
  const hasEnded = (day: string) => endOf(day, zone).add({ seconds: graceSeconds }).epochMilliseconds <= now.getTime();
  const countable = (await findCountableDays(sql, since, last, zone)).filter(({ day }) => hasEnded(day));
  const isWanted = (day: string) => (day >= from && day <= to) || open.includes(day);
  const isMissed = (day: string) => day < from && day >= shift(from, -CATCH_UP_DAYS);
  const judged = countable.filter(({ day, isCounted }) => isWanted(day) || (isMissed(day) && !isCounted));

  for (const { day } of countable.filter(({ day, isCounted }) => !isCounted && !isMissed(day) && !isWanted(day))) {
    if (!hasTime()) return { days: 0, tests: 0, notEnoughHistory: [], isDone: false };
    await countEvents(sql, day, zone, types);
  }
  for (const { day } of judged) await countEvents(sql, day, zone, types);

  const counts = byTypeAndDay(await readCounts(sql, since, last, zone));
  const notEnough = new Set<string>();
  let tests = 0;
  for (const { day } of judged) {
    const judgement = judgeDay(counts, epochDay(day));
    tests += judgement.tests.length;
    for (const type of judgement.notEnoughHistory) notEnough.add(type);
    const period = { from: String(startOfDay(day, zone)), to: String(endOf(day, zone)) };
    await saveRateFindings(
      sql,
      now,
      period,
      judgement.findings.map((test) => toFinding(test, day, zone)),
    );
  }
  return { days: judged.length, tests, notEnoughHistory: [...notEnough].toSorted(), isDone: true };
}

const shift = (day: string, days: number) => Temporal.PlainDate.from(day).add({ days }).toString();
const endOf = (day: string, zone: string) => startOfDay(shift(day, 1), zone);
const epochDay = (day: string) => Date.parse(day) / DAY_MS;

function byTypeAndDay(counted: readonly CountedHour[]): ReadonlyMap<string, CountsByDay> {
  const types = new Map<string, Map<number, (number | null)[]>>();
  for (const { type, day, hour, events } of counted) {
    const days = types.get(type) ?? new Map<number, (number | null)[]>();
    const hours = days.get(day) ?? new Array<number | null>(24).fill(null);
    hours[hour] = events;
    types.set(type, days.set(day, hours));
  }
  return types;
}

function toFinding({ type, hour, expected, found, probability }: CountTest, day: string, zone: string): RateFinding {
  const period =
    hour === null
      ? { from: startOfDay(day, zone), to: endOf(day, zone) }
      : { from: firstHourFrom(day, hour, zone), to: firstHourFrom(day, hour + 1, zone) };
  return {
    ...{ event_type: type, period_from: String(period.from), period_to: String(period.to) },
    ...{ expected, found, probability },
  };
}

/** The first whole hour of UTC that begins at this hour of the zone's clock or after it. */
function firstHourFrom(day: string, hour: number, zone: string): Temporal.Instant {
  const date = Temporal.PlainDate.from(day);
  const local = hour < 24 ? date.toPlainDateTime({ hour }) : date.add({ days: 1 }).toPlainDateTime();
  return local.toZonedDateTime(zone).toInstant().round({ smallestUnit: 'hour', roundingMode: 'ceil' });
}
