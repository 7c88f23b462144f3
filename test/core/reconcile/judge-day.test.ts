import { describe, expect, it } from 'vitest';
import { type CountsByDay, FALSE_ALARMS_PER_DAY, judgeDay } from '#core/reconcile/judge-day.ts';

describe('a day is judged by the same weekdays before', () => {
  const day = 20_070;
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
