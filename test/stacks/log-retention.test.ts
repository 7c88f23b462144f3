import { expect, it } from 'vitest';
import { ownLogGroups } from '#contract/functions.ts';
import { synthesizeForTest } from './synthesize-for-test.ts';

it('keeps what functions and APIs log for the days of the stage, and traces every function', () => {
  const stacks = synthesizeForTest('production', { LIVE_VIEWERS: '25' });
  const groups = stacks.resources('AWS::Logs::LogGroup').map(({ properties }) => properties);
  expect(new Set(groups.map(({ RetentionInDays }) => RetentionInDays))).toEqual(new Set([90]));
  expect(groups.map(({ LogGroupName }) => LogGroupName)).toEqual(expect.arrayContaining([...ownLogGroups]));
  const functions = stacks.resources('AWS::Lambda::Function').map(({ properties }) => properties);
  for (const { LoggingConfig, TracingConfig } of functions.filter(({ FunctionName }) => FunctionName)) {
    expect(LoggingConfig.LogGroup).toEqual({ Ref: expect.any(String) });
    expect(TracingConfig).toEqual({ Mode: 'Active' });
  }
  for (const { properties } of stacks.resources('AWS::ApiGatewayV2::Stage'))
    expect(properties.AccessLogSettings.DestinationArn).toBeDefined();
});
