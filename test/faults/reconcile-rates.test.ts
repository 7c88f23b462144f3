import { expect, it } from 'vitest';
import { FALSE_ALARMS_PER_DAY, judgeDay } from '#core/reconcile/judge-day.ts';
import { type SimulatedDay, type SimulatedType, simulateShop } from '../core/reconcile/simulate-shop.ts';
import { reportFigure, runTrials, seed } from './run-trials.ts';

const FIRST = 20_000;
const HISTORY = 56;
const DAYS = 30;
/** Normal events an hour from which silence has to be found; below 14 chance alone may be silent often enough. */
const IMPROBABLE = 30;

const countsOf = (days: readonly SimulatedDay[]) => {
  const types = Object.keys(days[0]!.counts) as SimulatedType[];
  return new Map(types.map((type) => [type, new Map(days.map(({ day, counts }) => [day, counts[type]]))]));
};

/** Hours of which the weeks before make silence improbable. */
function loudHours(days: readonly SimulatedDay[], index: number) {
  const types = Object.keys(days[0]!.rates) as SimulatedType[];
  return types.flatMap((type) =>
    Array.from({ length: 24 }, (_, hour) => {
      const before = [1, 2, 3, 4, 5, 6, 7, 8].map((week) => days[index - 7 * week]!.rates[type][hour]!);
      return { type, hour, normal: before.toSorted((a, b) => a - b)[3]! };
    }).filter(({ normal }) => normal >= IMPROBABLE),
  );
}

it('finds a type that is silent for an hour, at no more false alarms than are stated', async () => {
  const figures = { days: 0, tests: 0, falseAlarms: 0, planted: 0, found: 0, belowOneInAHundred: 0 };
  const trials = await runTrials('reconcile-rates', { quick: 3, full: 100 }, async (random, trial) => {
    const sales = [FIRST + 25, FIRST + HISTORY + 14];
    const days = simulateShop(`${seed} shop ${trial}`, FIRST, HISTORY + DAYS, sales);
    const counts = countsOf(days);
    for (let index = HISTORY; index < HISTORY + DAYS; index++) {
      const { tests, findings } = judgeDay(counts, FIRST + index);
      figures.days++;
      figures.tests += tests.length;
      figures.falseAlarms += findings.length;
      figures.belowOneInAHundred += tests.filter(({ probability }) => probability <= 0.01).length;

      const { type, hour } = random.pick(loudHours(days, index));
      const byDay = counts.get(type)!;
      const before = byDay.get(FIRST + index)!;
      byDay.set(FIRST + index, before.with(hour, 0));
      const silent = judgeDay(counts, FIRST + index).findings;
      byDay.set(FIRST + index, before);
      figures.planted++;
      figures.found += silent.some((finding) => finding.type === type && finding.hour === hour) ? 1 : 0;
    }
  });
  console.log('reconciliation by rates, simulated:', JSON.stringify({ seed, ...figures }));
  reportFigure({
    what: `a type silent for an hour, ${figures.planted} times in ${figures.days} days of ${trials} shops`,
    trials,
    figure: `found ${figures.found}, false alarms ${figures.falseAlarms}`,
    target: `${figures.planted}, at most ${FALSE_ALARMS_PER_DAY} a day`,
  });
  expect(figures.found).toBe(figures.planted);
  // Three times the stated rate has a chance below 1 in 1,000 where the rate holds
  expect(figures.falseAlarms).toBeLessThanOrEqual(Math.max(1, 3 * FALSE_ALARMS_PER_DAY * figures.days));
  // The probabilities are no smaller than what happens
  expect(figures.belowOneInAHundred / figures.tests).toBeLessThan(0.01);
}, 900_000);
