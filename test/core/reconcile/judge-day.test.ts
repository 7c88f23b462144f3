import { describe, expect, it } from 'vitest';
import { type CountsByDay, FALSE_ALARMS_PER_DAY, judgeDay } from '#core/reconcile/judge-day.ts';
import { isFull, seed } from '../../faults/run-trials.ts';
import { type SimulatedDay, type SimulatedType, simulateShop } from './simulate-shop.ts';

const FIRST = 20_000;
const HISTORY = 56;
const DAYS = 30;
const MONTHS = isFull ? 200 : 6;
/** Normal events an hour from which silence has to be found; below 12 chance alone may be silent often enough. */
const IMPROBABLE = 30;

const countsOf = (days: readonly SimulatedDay[]) => {
  const types = Object.keys(days[0]!.counts) as SimulatedType[];
  return new Map(types.map((type) => [type as string, new Map(days.map(({ day, counts }) => [day, counts[type]]))]));
};

/** What the rates of the weeks before make normal for the hour. */
function normalRate(days: readonly SimulatedDay[], index: number, type: SimulatedType, hour: number): number {
  const before = [1, 2, 3, 4, 5, 6, 7, 8].map((week) => days[index - 7 * week]!.rates[type][hour]!);
  return before.toSorted((a, b) => a - b)[3]!;
}

it(`finds a type that is silent for an hour, and raises no false alarm, in ${MONTHS} simulated months`, () => {
  const figures = { days: 0, tests: 0, falseAlarms: 0, planted: 0, found: 0, belowOneInAHundred: 0 };
  for (let month = 0; month < MONTHS; month++) {
    const days = simulateShop(`${seed} ${month}`, FIRST, HISTORY + DAYS, [FIRST + 25, FIRST + HISTORY + 14]);
    const counts = countsOf(days);
    for (let index = HISTORY; index < HISTORY + DAYS; index++) {
      const { tests, findings } = judgeDay(counts, FIRST + index);
      figures.days++;
      figures.tests += tests.length;
      figures.falseAlarms += findings.length;
      figures.belowOneInAHundred += tests.filter(({ probability }) => probability <= 0.01).length;

      const silences = [...counts.keys()].flatMap((type) =>
        Array.from({ length: 24 }, (_, hour) => ({ type: type as SimulatedType, hour })),
      );
      const loud = silences.filter(({ type, hour }) => normalRate(days, index, type, hour) >= IMPROBABLE);
      const { type, hour } = loud[(month * 31 + index * 17) % loud.length]!;
      const before = counts.get(type)!.get(FIRST + index)!;
      counts.get(type)!.set(FIRST + index, before.with(hour, 0));
      const silent = judgeDay(counts, FIRST + index).findings;
      counts.get(type)!.set(FIRST + index, before);
      figures.planted++;
      figures.found += silent.some((finding) => finding.type === type && finding.hour === hour) ? 1 : 0;
    }
  }
  console.log('reconciliation by rates, simulated:', JSON.stringify({ seed, ...figures }));
  expect(figures.found).toBe(figures.planted);
  // Of 6,000 days the stated rate allows 6; seen so far: none
  expect(figures.falseAlarms).toBeLessThanOrEqual(Math.ceil(3 * FALSE_ALARMS_PER_DAY * figures.days) - 1);
  // The probabilities are no smaller than what happens
  expect(figures.belowOneInAHundred / figures.tests).toBeLessThan(0.01);
});

describe('a day is judged by the same weekdays before', () => {
  const day = FIRST + 70;
  const steady = (weeks: number, count: number, today: number): CountsByDay =>
    new Map(
      Array.from({ length: weeks * 7 + 2 }, (_, back) => [
        day - back,
        Array.from({ length: 24 }, (_, hour) => (back === 0 && hour === 12 ? today : count + ((back + hour) % 3))),
      ]),
    );
  const judge = (counts: CountsByDay) => judgeDay(new Map([['t', counts]]), day);

  it('finds the silent hour, with its probability', () => {
    const { findings } = judge(steady(8, 40, 0));
    expect(findings).toEqual([
      { type: 't', hour: 12, expected: expect.any(Number), found: 0, probability: expect.any(Number) },
    ]);
    expect(findings[0]!.probability).toBeLessThan(FALSE_ALARMS_PER_DAY / 25);
  });

  it('finds nothing where silence is not improbable', () => {
    expect(judge(steady(8, 4, 0)).findings).toEqual([]);
  });

  it('says that two weeks are not enough, and guesses nothing', () => {
    expect(judge(steady(2, 40, 0))).toEqual({ tests: [], findings: [], notEnoughHistory: ['t'] });
    expect(judge(steady(3, 40, 0)).findings).toHaveLength(1);
  });

  it('does not count the days before a type was sent as days without events', () => {
    const young = new Map(
      [...steady(8, 40, 40)].map(([at, hours]) => [at, day - at > 17 ? hours.map(() => 0) : hours]),
    );
    expect(judge(young).notEnoughHistory).toEqual(['t']);
  });

  it('has nothing to say of a type that was never sent', () => {
    expect(judge(steady(8, 0, 0).size > 0 ? new Map([[day, new Array(24).fill(0)]]) : new Map())).toEqual({
      ...{ tests: [], findings: [], notEnoughHistory: [] },
    });
  });

  it('is not misled by a week of silence or a sale in its history', () => {
    const counts = new Map(steady(8, 40, 0));
    counts.set(day - 7, new Array(24).fill(0));
    counts.set(day - 21, new Array(24).fill(200));
    expect(judge(counts).findings).toMatchObject([{ hour: 12, found: 0 }]);
  });

  it('finds a day of which little has come, though no hour by itself is improbable', () => {
    const quiet = new Map(steady(8, 8, 8));
    quiet.set(day, new Array(24).fill(2));
    expect(judge(quiet).findings).toMatchObject([{ hour: null, found: 48 }]);
  });
});
