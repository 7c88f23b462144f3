import { describe, expect, test } from 'vitest';
import { eventTypes } from '#contract/event-types.ts';
import { decideValve, FLOWING, minutesClosed, type ValveState } from '#core/decide-valve.ts';
import { type Change, type Held, type Mapping, planMappings } from '#core/plan-mappings.ts';

const now = new Date('2026-03-01T12:00:00.000Z');
const since = '2026-03-01T11:30:59.000Z';
const paused: ValveState = { phase: 'paused', since, concurrency: 0 };
const ramping: ValveState = { phase: 'ramping', since, concurrency: 2 };

describe('the valve', () => {
  test.each<[string, ValveState, 'healthy' | 'unhealthy', ValveState]>([
    ['stays open', FLOWING, 'healthy', FLOWING],
    ['closes at once', FLOWING, 'unhealthy', { ...paused, since: now.toISOString() }],
    ['stays closed since then', paused, 'unhealthy', paused],
    ['opens by the least', paused, 'healthy', ramping],
    ['opens further', { ...ramping, concurrency: 1 }, 'healthy', ramping],
    ['is open when nothing is held back', ramping, 'healthy', FLOWING],
    ['closes again while it opens, and counts from the first time', ramping, 'unhealthy', paused],
  ])('%s', (_what, state, probe, expected) => {
    expect(decideValve(state, probe, now)).toEqual(expected);
  });

  test('opens by doubling up to the greatest concurrency of the contract', () => {
    let state = paused;
    const limits: number[] = [];
    for (; state.phase !== 'flowing'; limits.push(state.concurrency)) state = decideValve(state, 'healthy', now);
    expect(limits).toEqual([2, 4]);
    expect(limits.at(-1)).toBe(Math.max(...eventTypes.map(({ maxConcurrency }) => maxConcurrency)));
  });

  test('opens as much further as a stage takes in more at once', () => {
    let state = paused;
    const limits: number[] = [];
    for (; state.phase !== 'flowing'; limits.push(state.concurrency)) state = decideValve(state, 'healthy', now, 4);
    expect(limits).toEqual([2, 4, 8, 16]);
  });

  test.each<[ValveState, number]>([
    [FLOWING, 0],
    [paused, 29],
    [ramping, 29],
    [{ ...paused, since: '2026-03-01T12:00:05.000Z' }, 0],
  ])('%o is closed for %d minutes', (state, minutes) => {
    expect(minutesClosed(state, now)).toBe(minutes);
  });
});

describe('a mapping', () => {
  const on: Mapping = { id: 'm', isEnabled: true, concurrency: 4, maxConcurrency: 4 };
  const off: Mapping = { ...on, isEnabled: false };
  const slow: Mapping = { ...on, concurrency: 2 };
  const disable: Change = { id: 'm', isEnabled: false };
  const enable = (concurrency: number): Change => ({ id: 'm', isEnabled: true, concurrency });

  test.each<[string, ValveState, Held[string] | undefined, Mapping, Change | undefined, Held[string] | undefined]>([
    ['is left alone while all is well', FLOWING, undefined, on, undefined, undefined],
    ['that was disabled by hand stays so while all is well', FLOWING, undefined, off, undefined, undefined],
    ['is paused', paused, undefined, on, disable, 'paused'],
    ['stays paused', paused, 'paused', off, undefined, 'paused'],
    ['that a deployment enabled is paused again', paused, 'paused', on, disable, 'paused'],
    ['that was disabled by hand is not held by a pause', paused, undefined, off, undefined, undefined],
    ['is resumed slowly', ramping, 'paused', off, enable(2), 'limited'],
    ['that a deployment enabled is slowed down', ramping, 'paused', on, enable(2), 'limited'],
    ['that was disabled by hand is not resumed', ramping, undefined, off, undefined, undefined],
    ['that was disabled by hand after it was resumed is let go', ramping, 'limited', off, undefined, undefined],
    ['is not told what it is', ramping, 'limited', slow, undefined, 'limited'],
    ['is paused again while it is resumed', paused, 'limited', slow, disable, 'paused'],
    ['is let go at its cap', FLOWING, 'limited', slow, enable(4), undefined],
    ['whose resumption failed is resumed later', FLOWING, 'paused', off, enable(4), undefined],
    ['is never given more than its cap', FLOWING, 'paused', { ...off, maxConcurrency: 2 }, enable(2), undefined],
    ['that appeared while others are slow runs as deployed', ramping, undefined, on, undefined, undefined],
  ])('%s', (_what, state, hold, mapping, change, then) => {
    const { changes, held } = planMappings(state, hold ? { m: hold } : {}, [mapping]);
    expect(changes).toEqual(change ? [change] : []);
    expect(held).toEqual(then ? { m: then } : {});
  });

  test('that is no more is forgotten', () => {
    expect(planMappings(paused, { gone: 'paused' }, [])).toEqual({ changes: [], held: {} });
  });
});
