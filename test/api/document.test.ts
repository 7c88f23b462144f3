import { readdirSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { adminRoutes, routes } from '#contract/routes.ts';
import { BadParameter } from '#core/problem.ts';
import type { AdminRoute } from '../../functions/admin/admin-route.ts';
import type { Route } from '../../functions/query/route.ts';
import { document, findUndocumented } from '../setup/documented-answers.ts';
import { synthesizeForTest } from '../stacks/synthesize-for-test.ts';

type Part = Readonly<Record<string, unknown>>;
interface NamedParameter {
  readonly name: string;
  readonly in: string;
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ key: `${method.toUpperCase()} ${path}`, operation })),
);

function operationOf(key: string): Part {
  const found = operations.find((operation) => operation.key === key)?.operation;
  if (found === undefined) throw new Error(`${key}: expected a part in schemas/openapi`);
  return found;
}

it('is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(document)));
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  expect(validator.version).toBe('3.1');
});

it('has the routes that the templates deploy, no more and no fewer', () => {
  const deployed = synthesizeForTest('production').resources('AWS::ApiGatewayV2::Route');
  const routed = operations.filter(({ operation }) => operation.servers === undefined);
  expect(routed.map(({ key }) => key).sort()).toEqual(deployed.map(({ properties }) => properties.RouteKey).sort());
});

it('has the live stream besides, on a server of its own, with the parameters and the token of what it follows', () => {
  const others = operations.filter(({ operation }) => operation.servers !== undefined);
  expect(others.map(({ key }) => key)).toEqual(['GET /']);
  expect(synthesizeForTest('local').resources('AWS::Lambda::Url')).toHaveLength(others.length);
  const followed = 'GET /api/v1/analytics/realtime';
  expect(parametersOf('GET /', 'query')).toEqual(parametersOf(followed, 'query'));
  expect(operationOf('GET /').security).toEqual(operationOf(followed).security);
});

it.each([
  ['query', routes],
  ['admin', adminRoutes],
])('has a part for each route of the %s API, and none besides', (kind, rows) => {
  const names = readdirSync(new URL(`../../schemas/openapi/${kind}/`, import.meta.url));
  expect(names.sort()).toEqual(rows.map(({ name }) => `${name}.ts`).sort());
});

it('asks for what the templates ask', () => {
  const deployed = synthesizeForTest('production').resources('AWS::ApiGatewayV2::Route');
  for (const { properties } of deployed) {
    const { security } = operationOf(properties.RouteKey);
    const expected = {
      NONE: [],
      JWT: [{ token: properties.AuthorizationScopes }],
      AWS_IAM: [{ iam: [] }, { token: ['analytics:admin'] }],
    }[properties.AuthorizationType as 'NONE' | 'JWT' | 'AWS_IAM'];
    expect(security, properties.RouteKey).toEqual(expected);
  }
});

it('refers to nothing that is not there', () => {
  const text = JSON.stringify(document);
  const referred = new Set([...text.matchAll(/"#\/components\/(\w+\/[\w-]+)"/g)].map(([, name]) => name));
  const there = Object.entries(document.components).flatMap(([kind, parts]) =>
    Object.keys(parts).map((name) => `${kind}/${name}`),
  );
  expect(referred.size).toBeGreaterThan(20);
  expect([...referred].filter((name) => !there.includes(name!))).toEqual([]);
});

/** Every object in what is answered. */
function* objectsOf(part: unknown, place: string): Generator<{ readonly place: string; readonly part: Part }> {
  if (typeof part !== 'object' || part === null) return;
  if ((part as Part).type === 'object') yield { place, part: part as Part };
  for (const [name, inner] of Object.entries(part)) yield* objectsOf(inner, `${place}/${name}`);
}

it('leaves no answer open for fields that it does not name', () => {
  const answers = operations
    .filter(({ key }) => key !== 'GET /openapi.json')
    .flatMap(({ key, operation }) => [...objectsOf(operation.responses, key)]);
  const shared = [...objectsOf(document.components.schemas, 'schemas')];
  expect(answers.length).toBeGreaterThan(50);
  const open = [...answers, ...shared].filter(({ part }) => part.additionalProperties === undefined);
  expect(open.map(({ place }) => place)).toEqual([]);
});

/** The parameters of an operation by where they stand, references resolved. */
function parametersOf(key: string, place: string): string[] {
  const { parameters = [] } = operationOf(key) as {
    parameters?: readonly (NamedParameter & { $ref?: string })[];
  };
  return parameters
    .map((one) => (one.$ref ? (document.components.parameters![one.$ref.split('/').at(-1)!] as NamedParameter) : one))
    .filter((one) => one.in === place)
    .map(({ name }) => name);
}

/** The names that a route says it has, when it is given one that it has not. */
function listed(problem: string): string[] {
  const list = /(?:this route|this body) has (.*)$/.exec(problem)?.[1] ?? 'no list';
  return list === 'none' ? [] : list.split(', ');
}

async function refusal(ask: () => unknown): Promise<string> {
  const error = await Promise.resolve()
    .then(ask)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BadParameter);
  return (error as BadParameter).problem.detail;
}

const none = { ANALYTICS_TIME_ZONE: 'UTC', STORAGE_PRICE_PER_GIB_MONTH: '', AWS_REGION: 'us-east-1' };

describe('parameters are those that the route reads', () => {
  it.each(routes)('of $name', async ({ name, path }) => {
    const { answer }: { answer: Route } = await import(`../../functions/query/routes/${name}.ts`);
    const query = new URLSearchParams('undocumented=1');
    const database = () => expect.unreachable('it is refused before anything is asked');
    const request = { query, path: {}, database, timeZone: 'UTC', currency: 'EUR', now: new Date() };
    const names = listed(await refusal(() => answer(request)));
    expect(parametersOf(`GET ${path}`, 'query').sort()).toEqual(names.sort());
  });

  it.each(adminRoutes)('of $name', async ({ name, method, path, changes }) => {
    Object.assign(process.env, none);
    const { route }: { route: AdminRoute<unknown> } = await import(`../../functions/admin/routes/${name}.ts`);
    const request = { query: new URLSearchParams(), path: { id: '1', customerId: 'one' }, body: '{}', zone: 'UTC' };
    const names = listed(await refusal(() => route.read({ ...request, query: new URLSearchParams('undocumented=1') })));
    const key = `${method} ${path}`;
    expect(parametersOf(key, 'query').sort()).toEqual([...names, ...(changes ? ['dryRun'] : [])].sort());
    expect(parametersOf(key, 'path')).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, variable]) => variable));

    const { requestBody } = operationOf(key) as {
      requestBody?: { content: { 'application/json': { schema: { properties: Part } } } };
    };
    if (requestBody === undefined) return;
    const members = listed(await refusal(() => route.read({ ...request, body: '{"undocumented": 1}' })));
    expect(Object.keys(requestBody.content['application/json'].schema.properties).sort()).toEqual(members.sort());
  });
});

describe('what holds the answers of all tests against the document', () => {
  const health = { status: 'ok', database: 'ok', migrations: null, newestEventAt: null };
  const answer = { status: 200, contentType: 'application/json', body: health };

  it('lets through what is documented', () => {
    expect(findUndocumented('GET /health', answer)).toEqual([]);
    expect(findUndocumented('GET /api/v1/analytics/revenue', { status: 304, contentType: null })).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    ['a field more', { body: { ...health, more: 1 } }, /additional/],
    ['a field less', { body: { ...health, database: undefined } }, /database/],
    ['another value', { body: { ...health, newestEventAt: 'yesterday' } }, /date-time/],
    ['another status', { status: 418 }, /418/],
    ['another media type', { contentType: 'text/html' }, /text\/html/],
    ['no body', { contentType: null }, /without a body/],
  ])('finds %s', (_, changed, expected) => {
    const given = JSON.parse(JSON.stringify({ ...answer, ...changed }));
    expect(findUndocumented('GET /health', given).join()).toMatch(expected);
  });

  it('finds a route that is not documented', () => {
    expect(findUndocumented('GET /metrics', answer)).toEqual(['GET /metrics: not documented']);
  });
});
