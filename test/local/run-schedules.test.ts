import { Cron } from 'croner';
import { describe, expect, test } from 'vitest';
import { cronOptions, cronPattern, longestGap } from '../../lib/cron-pattern.ts';
import { scheduleInput } from '../../local/run-schedules.ts';

describe('a schedule expression', () => {
  const next = (expression: string, timezone: string, after: string) => {
    const { pattern } = cronPattern(expression);
    const timer = new Cron(pattern, { ...cronOptions, timezone });
    return timer.nextRun(new Date(after))?.toISOString();
  };

  test.each([
    ['cron(* * * * ? *)', 'UTC', '2026-03-01T10:00:30Z', '2026-03-01T10:01:00.000Z'],
    ['cron(0 1 * * ? *)', 'Europe/Berlin', '2026-03-01T10:00:00Z', '2026-03-02T00:00:00.000Z'],
    ['cron(0 3 ? * SUN *)', 'UTC', '2026-03-02T00:00:00Z', '2026-03-08T03:00:00.000Z'],
    ['cron(0 3 ? * 2 *)', 'UTC', '2026-03-03T00:00:00Z', '2026-03-09T03:00:00.000Z'],
  ])('%s in %s', (expression, zone, after, expected) => {
    expect(next(expression, zone, after)).toBe(expected);
  });

  test('rate', () => {
    expect(cronPattern('rate(5 minutes)').interval).toBe(300);
    expect(cronPattern('rate(1 hour)').interval).toBe(3600);
  });

  test('of another kind is refused by name', () => {
    expect(() => cronPattern('at(2026-01-01T00:00:00)')).toThrow(/at\(2026/);
  });
});

test.each([
  ['cron(* * * * ? *)', 1],
  ['cron(*/5 * * * ? *)', 5],
  ['rate(10 minutes)', 10],
  ['cron(0 1 * * ? *)', 24 * 60],
  ['cron(0 8-18 ? * MON-FRI *)', (24 * 2 + 14) * 60],
  ['cron(0 3 ? * SUN *)', 7 * 24 * 60],
  ['cron(0 4-23 ? * SUN *)', (6 * 24 + 5) * 60],
])('%s is silent for %i minutes at most', (expression, minutes) => {
  expect(longestGap(expression)).toBe(minutes * 60_000);
});

test('the input gets the scheduled time to the second, and an execution of its own', () => {
  const input = '{"at":"<aws.scheduler.scheduled-time>","id":"<aws.scheduler.execution-id>"}';
  const { at, id } = JSON.parse(scheduleInput(input, new Date('2026-03-01T10:00:00.250Z')));
  expect(at).toBe('2026-03-01T10:00:00Z');
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
});
