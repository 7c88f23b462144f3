import { expect, test } from 'vitest';
import { eventTypes, LEAST_CONCURRENCY } from '#contract/event-types.ts';
import { reportFigure } from './run-trials.ts';
import { type OutageScenario, simulateOutage } from './simulate-outage.ts';

const HOUR = 3_600;
const messages = 100_000;
/** The worst moment: a second after the valve has looked. */
const BEGIN = 611;
const isOver = (second: number) => second >= BEGIN + 6 * HOUR;
/** The database hangs for six hours; messages keep coming. */
const outage: OutageScenario = {
  messages,
  arriveUntil: BEGIN + 6 * HOUR,
  isDown: (second) => second >= BEGIN && !isOver(second),
  hasValve: true,
};
/** All of them are waiting when it begins to hang. */
const backlog: OutageScenario = { ...outage, arriveUntil: 1, isDown: (second) => !isOver(second) };

test.each([
  ['messages keep coming', outage],
  ['all wait from the start', backlog],
])('six hours without a database dead-letter nothing: %s', (what, scenario) => {
  const { cap, mostConnections, mostInFirstMinute, drainedAt, ...result } = simulateOutage(scenario);
  expect(result).toEqual({ stored: messages, deadLettered: 0, waiting: 0, mostReceives: expect.any(Number) });
  expect(result.mostReceives).toBeLessThanOrEqual(2);
  expect(mostConnections).toBeLessThanOrEqual(cap);
  expect(mostConnections).toBeGreaterThan(0);
  expect(mostInFirstMinute).toBeLessThanOrEqual(LEAST_CONCURRENCY * eventTypes.length);
  expect(drainedAt).toBeLessThan(7 * HOUR);
  reportFigure({
    what: `six hours without a database, ${messages} messages: ${what}`,
    trials: 1,
    figure: `dead-lettered ${result.deadLettered}, receives ${result.mostReceives}, connections ${mostConnections} of ${cap}`,
    target: 'dead-lettered 0, receives <= 2, connections <= cap',
  });
});

test('without the valve the same outage dead-letters messages that nothing is wrong with', () => {
  expect(simulateOutage({ ...backlog, hasValve: false }).deadLettered).toBeGreaterThan(messages / 2);
});

test('a deployment that enables the mappings meanwhile costs a receive, and no message', () => {
  const result = simulateOutage({ ...outage, deployments: [2 * HOUR] });
  expect(result).toMatchObject({ stored: messages, deadLettered: 0 });
  expect(result.mostReceives).toBeLessThanOrEqual(3);
});

test('a database that comes back for three minutes only and fails again costs no message', () => {
  const isDown = (second: number) => outage.isDown(second) && !(second >= 3 * HOUR && second < 3 * HOUR + 180);
  expect(simulateOutage({ ...outage, isDown })).toMatchObject({ stored: messages, deadLettered: 0 });
});

test('a mapping that was disabled by hand before stays so, and its messages wait', () => {
  const { stored, waiting, deadLettered } = simulateOutage({ ...outage, disabledByHand: 0 });
  expect(deadLettered).toBe(0);
  expect(waiting).toBeGreaterThan(0);
  expect(stored + waiting).toBe(messages);
});
