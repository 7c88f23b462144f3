import { describe, expect, test } from 'vitest';
import { type AlarmState, decideState } from '../../../local/alarms/decide-state.ts';

const [X, o, _] = [9, 1, undefined];
const rule = { datapointsToAlarm: 3, threshold: 5, comparison: 'GreaterThanThreshold' };

// The table of "How alarm evaluation behaves when missing data is present" in CloudWatch's user guide, without the data
// points before the evaluation periods.
describe.each<
  [series: (number | undefined)[], missing: string, ignore: string, breaching: string, notBreaching: string]
>([
  [[o, X, X], 'OK', 'OK', 'OK', 'OK'],
  [[X, X, X], 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [[_, _, _], 'INSUFFICIENT_DATA', 'before', 'ALARM', 'OK'],
  [[_, X, X], 'OK', 'OK', 'ALARM', 'OK'],
  [[_, _, X], 'OK', 'OK', 'ALARM', 'OK'],
  [[o, _, _], 'OK', 'OK', 'OK', 'OK'],
])('%j', (series, ...expected) => {
  const treatments = ['missing', 'ignore', 'breaching', 'notBreaching'];
  test.each(treatments.map((treatMissingData, index) => [treatMissingData, expected[index]!]))(
    '%s',
    (treatment, state) => {
      for (const before of ['OK', 'ALARM'] as AlarmState[]) {
        const decided = decideState({ ...rule, treatMissingData: treatment }, series, 0, before);
        expect(decided).toBe(state === 'before' ? before : state);
      }
    },
  );
});

test('some of the periods suffice where the alarm says so', () => {
  const two = { ...rule, datapointsToAlarm: 2, treatMissingData: 'notBreaching' };
  expect(decideState(two, [X, o, X], 0, 'OK')).toBe('ALARM');
  expect(decideState(two, [o, o, X], 0, 'ALARM')).toBe('OK');
});

test.each([
  ['GreaterThanThreshold', 5, false],
  ['GreaterThanOrEqualToThreshold', 5, true],
  ['LessThanThreshold', 5, false],
  ['LessThanOrEqualToThreshold', 5, true],
])('%s of the threshold itself', (comparison, value, fires) => {
  const state = decideState(
    { ...rule, comparison, datapointsToAlarm: 1, treatMissingData: 'missing' },
    [value],
    0,
    'OK',
  );
  expect(state).toBe(fires ? 'ALARM' : 'OK');
});

test('periods before the start tell nothing', () => {
  const breaching = { ...rule, treatMissingData: 'breaching' };
  expect(decideState(breaching, [_, _, _], 1, 'INSUFFICIENT_DATA')).toBe('INSUFFICIENT_DATA');
  expect(decideState(breaching, [_, _, _], 0, 'INSUFFICIENT_DATA')).toBe('ALARM');
});
