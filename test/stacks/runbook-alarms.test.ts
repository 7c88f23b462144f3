import { expect, it } from 'vitest';
import { synthesizeForTest } from './synthesize-for-test.ts';

const alarms = synthesizeForTest('production').resources('AWS::CloudWatch::Alarm');

it.each(alarms)('$properties.AlarmName leads to its heading in the runbook', ({ properties }) => {
  const [name, subject] = properties.AlarmName.split(': ');
  expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  expect(subject).toBeTruthy();
  expect(properties.AlarmDescription).toBe(`Runbook: docs/runbook.md#${name}`);
});

it('count missing data as a silent, empty queue', () => {
  expect(alarms.length).toBeGreaterThan(0);
  for (const { properties } of alarms) {
    expect(properties.Namespace).toBe('AWS/SQS');
    expect(properties.TreatMissingData).toBe('notBreaching');
  }
});
