import { expect, it } from 'vitest';
import { eventTypes, ruleName, UNMATCHED } from '#contract/event-types.ts';
import { adminRoutes } from '#contract/routes.ts';
import { synthesizeForTest } from './synthesize-for-test.ts';

const app = synthesizeForTest('production');
const own = (type: string) => app.resources(type).filter(({ stack }) => stack === 'AnalyticsAdmin');

it('serves exactly the admin routes of the contract, each to IAM credentials alone', () => {
  const deployed = own('AWS::ApiGatewayV2::Route').map(({ properties }) => properties);
  expect(deployed.map(({ RouteKey }) => RouteKey).sort()).toEqual(
    adminRoutes.map(({ method, path }) => `${method} ${path}`).sort(),
  );
  expect(new Set(deployed.map(({ AuthorizationType }) => AuthorizationType))).toEqual(new Set(['AWS_IAM']));
});

it('is an API of its own, throttled, whose log holds no address, path or caller', () => {
  expect(own('AWS::ApiGatewayV2::Api')).toHaveLength(1);
  const [stage] = own('AWS::ApiGatewayV2::Stage');
  expect(stage!.properties.DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10 });
  expect(stage!.properties.AccessLogSettings.Format).not.toMatch(/identity|path|claims|userAgent/i);
});

it('answers within the time that an HTTP API waits', () => {
  const [fn] = own('AWS::Lambda::Function');
  expect(fn!.properties.Timeout).toBeLessThan(30);
});

it('knows the queue of every type, as the job that returns letters does', () => {
  const variables = app
    .resources('AWS::Lambda::Function')
    .filter(({ properties }) => /analytics-(admin|job-return-dead-letters)$/.test(properties.FunctionName))
    .map(({ properties }) => properties.Environment.Variables);
  expect(variables).toHaveLength(2);
  for (const { QUEUE_URLS } of variables) {
    const text = JSON.stringify(QUEUE_URLS);
    for (const type of ['orders.order.status_changed', 'analytics.page_view', 'unmatched'])
      expect(text).toContain(type);
  }
});

it('may replay from the archive of the bus to that bus alone, and touch no other replay', () => {
  const statements = own('AWS::IAM::Policy').flatMap(({ properties }) => properties.PolicyDocument.Statement);
  const events = statements.filter(({ Action }) => JSON.stringify(Action).includes('events:'));
  expect(events).toHaveLength(1);
  const texts = events[0].Resource.map((resource: unknown) => JSON.stringify(resource));
  expect(texts).toEqual([
    expect.stringContaining('Archive'),
    expect.stringContaining('Bus'),
    expect.stringContaining('replay/analytics-*'),
  ]);
  expect(texts.join()).not.toContain('"*"');
});

it('reaches EventBridge through one zone, the other services through both', () => {
  const interfaces = app
    .resources('AWS::EC2::VPCEndpoint')
    .filter(({ properties }) => properties.VpcEndpointType === 'Interface')
    .map(({ properties }) => ({ name: JSON.stringify(properties.ServiceName), zones: properties.SubnetIds.length }));
  const zonesOf = (isEventBridge: boolean) =>
    new Set(interfaces.filter(({ name }) => name.includes('.events"') === isEventBridge).map(({ zones }) => zones));
  expect([zonesOf(true), zonesOf(false)]).toEqual([new Set([1]), new Set([2])]);
});

it('names rules as replays are limited to them', () => {
  const names = app.resources('AWS::Events::Rule').map(({ properties }) => properties.Name);
  expect(names).toEqual(expect.arrayContaining([...eventTypes.map(({ type }) => type), UNMATCHED].map(ruleName)));
});
