import { expect, it } from 'vitest';
import { adminRoutes } from '#contract';
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
