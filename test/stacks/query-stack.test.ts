import { expect, it } from 'vitest';
import { routes } from '#contract/routes.ts';
import { synthesizeForTest } from './synthesize-for-test.ts';

const app = synthesizeForTest('production');
const own = (type: string) => app.resources(type).filter(({ stack }) => stack === 'AnalyticsQuery');
const deployed = own('AWS::ApiGatewayV2::Route');
const authorizers = app.resources('AWS::ApiGatewayV2::Authorizer');

it('serves exactly the routes of the contract', () => {
  expect(deployed.map(({ properties }) => properties.RouteKey).sort()).toEqual(
    routes.map(({ path }) => `GET ${path}`).sort(),
  );
});

it.each(routes)('asks of $path a token with its scope', ({ path, scope }) => {
  const { properties } = deployed.find((route) => route.properties.RouteKey === `GET ${path}`)!;
  if (scope === null) {
    expect(properties).toMatchObject({ AuthorizationType: 'NONE' });
    expect(properties.AuthorizationScopes).toBeUndefined();
  } else {
    expect(properties).toMatchObject({ AuthorizationType: 'JWT', AuthorizationScopes: [scope] });
    expect(properties.AuthorizerId.Ref).toBe(authorizers[0]!.id);
  }
});

it('answers every route with one function, in payload format 2.0', () => {
  const integrations = own('AWS::ApiGatewayV2::Integration');
  expect(integrations.map(({ properties }) => properties.PayloadFormatVersion)).toEqual(['2.0']);
});

it('lets a deployment say who issues its tokens, and refuses one that does not', () => {
  const { Issuer, Audience } = authorizers[0]!.properties.JwtConfiguration;
  const parameters = app.templates.AnalyticsQuery.Parameters;
  for (const { Ref } of [Issuer, ...Audience]) {
    expect(parameters[Ref]).toMatchObject({ Type: 'String', MinLength: 1 });
    expect(parameters[Ref]).not.toHaveProperty('Default');
  }
});

it.each<[string, Readonly<Record<string, string>>, unknown]>([
  ['local', {}, { Issuer: 'https://issuer.analytics.local/', Audience: ['analytics'] }],
  [
    'production',
    { OIDC_ISSUER: 'https://login.example.com/', OIDC_AUDIENCE: 'shop' },
    { Issuer: 'https://login.example.com/', Audience: ['shop'] },
  ],
])('names the issuer of %s', (stage, environment, expected) => {
  const [authorizer] = synthesizeForTest(stage, environment).resources('AWS::ApiGatewayV2::Authorizer');
  expect(authorizer!.properties.JwtConfiguration).toEqual(expected);
});

it('refuses half an issuer', () => {
  expect(() => synthesizeForTest('staging', { OIDC_ISSUER: 'https://login.example.com/' })).toThrow(/OIDC_AUDIENCE/);
  expect(() => synthesizeForTest('staging', { OIDC_AUDIENCE: 'shop' })).toThrow(/OIDC_ISSUER/);
});

it('is throttled, and logs no address, path, token or user agent', () => {
  const [stage] = own('AWS::ApiGatewayV2::Stage');
  expect(stage!.properties.DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: 35, ThrottlingBurstLimit: 70 });
  const { Format, DestinationArn } = stage!.properties.AccessLogSettings;
  expect(DestinationArn).toBeDefined();
  expect(Format).not.toMatch(/identity|path|claims|userAgent/i);
});
