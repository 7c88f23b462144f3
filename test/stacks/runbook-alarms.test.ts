import { expect, it } from 'vitest';
import { severities } from '#contract/jobs.ts';
import { synthesizeForTest } from './synthesize-for-test.ts';

const app = synthesizeForTest('production', { LIVE_VIEWERS: '25' });
const alarms = app.resources('AWS::CloudWatch::Alarm');

it.each(alarms)('$properties.AlarmName leads to its heading in the runbook', ({ properties }) => {
  const [name, subject] = properties.AlarmName.split(': ');
  expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  expect(subject).toBeTruthy();
  expect(properties.AlarmDescription).toMatch(
    new RegExp(`^(${severities.join('|')})\\. Runbook: docs/runbook\\.md#${name}$`),
  );
  expect(properties.TreatMissingData).toBeTruthy();
});

it('count missing data of a queue as a silent, empty one', () => {
  const ofQueues = alarms.filter(({ properties }) => properties.Namespace === 'AWS/SQS');
  expect(ofQueues.length).toBeGreaterThan(0);
  for (const { properties } of ofQueues) expect(properties.TreatMissingData).toBe('notBreaching');
});

it('count a valve that does not report as one that is closed', () => {
  const valve = alarms.find(({ properties }) => properties.AlarmName.startsWith('valve-closed-too-long'))!;
  expect(valve.properties).toMatchObject({
    Namespace: 'CommerceAnalytics',
    MetricName: 'ValveClosedMinutes',
    Dimensions: [{ Name: 'service', Value: 'commerce-analytics' }],
    Threshold: 15,
    TreatMissingData: 'breaching',
  });
});

it('keep the alarm on personal data until a run finds none', () => {
  const found = alarms.find(({ properties }) => properties.AlarmName === 'personal-data-found: audit-pii')!;
  expect(found.properties).toMatchObject({
    Namespace: 'CommerceAnalytics',
    MetricName: 'PersonalDataFound',
    Dimensions: [{ Name: 'service', Value: 'commerce-analytics' }],
    Statistic: 'Maximum',
    Threshold: 0,
    TreatMissingData: 'ignore',
  });
});
