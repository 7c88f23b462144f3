import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { JobNotRun } from '../../lib/constructs/job-not-run.ts';
import { maxConnections } from '../../lib/max-connections.ts';
import { synthesizeForTest } from './synthesize-for-test.ts';

// "Performance and scaling for Aurora Serverless v2", Aurora user guide, and the cap on least capacities below 1.
it.each([
  [1, 1, 189],
  [1, 4, 823],
  [0.5, 4, 823],
  [1, 8, 1_669],
  [1, 16, 3_360],
  [0.5, 16, 2_000],
  [1, 32, 5_000],
  [8, 64, 5_000],
  [1, 6, 1_246],
])('a database of %d to %d ACUs takes %i connections', (minCapacity, maxCapacity, connections) => {
  expect(maxConnections({ minCapacity, maxCapacity })).toBe(connections);
});

it.each([
  ['staging', 658],
  ['production', 2_688],
  ['high-volume', 4_000],
])('the alarm of %s is at 80 % of them', (stage, threshold) => {
  const alarms = synthesizeForTest(stage).resources('AWS::CloudWatch::Alarm');
  const found = alarms.find(({ properties }) => properties.AlarmName === 'database-connections: analytics')!;
  expect(found.properties.Threshold).toBe(threshold);
});

describe('the alarm for silence', () => {
  const silence = (stage: string, environment = {}) =>
    synthesizeForTest(stage, environment)
      .resources('AWS::CloudWatch::Alarm')
      .find(({ properties }) => properties.AlarmName === 'no-events: ingestion')!.properties;

  it.each([
    ['staging', {}, 720],
    ['production', {}, 360],
    ['high-volume', {}, 15],
    ['production', { ALARM_SILENCE_MINUTES: '90' }, 90],
  ])('of %s with %j is after %i minutes', (stage, environment, minutes) => {
    const { Period, EvaluationPeriods } = silence(stage, environment);
    expect((Period * EvaluationPeriods) / 60).toBe(minutes);
  });

  it.each(['0', '7', '1445', 'never', ''])('is refused after %j minutes', (text) => {
    expect(() => synthesizeForTest('staging', { ALARM_SILENCE_MINUTES: text })).toThrow('ALARM_SILENCE_MINUTES');
  });
});

it('a job that CloudWatch cannot look back far enough for stops the synthesis with its name', () => {
  const schedules = [{ expression: 'cron(0 3 ? * SUN *)', payload: {} }];
  const add = () => new JobNotRun(new Stack(new App(), 'S'), 'A', { job: { name: 'rare', schedules } });
  expect(add).toThrow(/rare.*168 hours/);
});
