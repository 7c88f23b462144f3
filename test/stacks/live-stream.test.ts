import { describe, expect, it } from 'vitest';
import { stageNames } from '../../lib/settings.ts';
import { type Properties, referredTo, synthesizeForTest } from './synthesize-for-test.ts';

const app = synthesizeForTest('production', { LIVE_VIEWERS: '25', LIVE_STREAM_SECONDS: '300' });
const [fn] = app
  .resources('AWS::Lambda::Function')
  .filter(({ properties }) => properties.FunctionName === 'analytics-live');
const urls = app.resources('AWS::Lambda::Url');

it.each(stageNames)('is in the stacks of %s only where there are viewers', (stage) => {
  const own = (environment: Record<string, string>) =>
    synthesizeForTest(stage, environment).resources('AWS::Lambda::Url');
  expect(own({ LIVE_VIEWERS: '0' })).toEqual([]);
  expect(own({ LIVE_VIEWERS: '3' })).toHaveLength(1);
  expect(own({})).toHaveLength(stage === 'local' ? 1 : 0);
});

it.each(['-1', '2.5', 'many', '', '10000'])('is refused for %j viewers', (text) => {
  expect(() => synthesizeForTest('production', { LIVE_VIEWERS: text })).toThrow(/^LIVE_VIEWERS must be/);
});

describe('its function', () => {
  it('has as many executions as there are viewers, and ends after its stream', () => {
    expect(fn!.properties).toMatchObject({ ReservedConcurrentExecutions: 25, Timeout: 310, Runtime: 'nodejs24.x' });
  });

  it('stands outside the network, and knows of the API and of nothing else', () => {
    expect(fn!.properties.VpcConfig).toBeUndefined();
    const { API_URL, ...others } = fn!.properties.Environment.Variables;
    expect(referredTo(API_URL)).toBe(
      app.resources('AWS::ApiGatewayV2::Api').find(({ stack }) => stack === 'AnalyticsQuery')!.id,
    );
    expect(Object.keys(others).sort()).toEqual([
      ...['LIVE_INTERVAL_SECONDS', 'LIVE_STREAM_SECONDS', 'LOG_LEVEL', 'NODE_OPTIONS'],
      ...['POWERTOOLS_LOGGER_SAMPLE_RATE', 'POWERTOOLS_SERVICE_NAME'],
    ]);
  });

  it('may write its log and its traces, and do nothing else', () => {
    const role = referredTo(fn!.properties.Role);
    const statements = app
      .resources('AWS::IAM::Policy')
      .filter(({ properties }) => properties.Roles.some((each: Properties) => each.Ref === role))
      .flatMap(({ properties }) => properties.PolicyDocument.Statement);
    expect(statements.flatMap(({ Action }: Properties) => Action).sort()).toEqual([
      ...['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    ]);
    expect(app.resources('AWS::IAM::Role').find(({ id }) => id === role)!.properties.ManagedPolicyArns).toBeUndefined();
  });

  it('has the alarms of those that serve, but none for how long it takes', () => {
    const own = app
      .resources('AWS::CloudWatch::Alarm')
      .map(({ properties }) => properties.AlarmName as string)
      .filter((name) => name.endsWith(': live'));
    expect(own.sort()).toEqual(['function-errors: live', 'function-memory: live', 'function-throttled: live']);
  });
});

it('streams, at a URL that pages of the API may read, and no others', () => {
  const [{ properties } = { properties: undefined }] = urls;
  expect(properties).toMatchObject({ AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' });
  expect(properties.Cors.AllowOrigins).toEqual([fn!.properties.Environment.Variables.API_URL]);
  expect(properties.Cors.AllowCredentials).toBeUndefined();
  expect(app.templates.AnalyticsQuery.Outputs.LiveUrl.Value).toEqual({ 'Fn::GetAtt': [urls[0]!.id, 'FunctionUrl'] });
});

it('can be invoked by its URL alone, besides by who may invoke functions', () => {
  const open = app
    .resources('AWS::Lambda::Permission')
    .filter(({ properties }) => properties.Principal === '*')
    .map(({ properties }) => [referredTo(properties.FunctionName), properties.Action, properties]);
  expect(open.map(([id, action]) => [id, action])).toEqual([
    [fn!.id, 'lambda:InvokeFunctionUrl'],
    [fn!.id, 'lambda:InvokeFunction'],
  ]);
  expect(
    open.map(([, , { FunctionUrlAuthType, InvokedViaFunctionUrl }]) => FunctionUrlAuthType ?? InvokedViaFunctionUrl),
  ).toEqual(['NONE', true]);
});
