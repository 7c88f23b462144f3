import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { Sql } from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

const REVENUE = '/api/v1/analytics/revenue';
let db: TestDatabase;
let owner: Sql;
let handler: (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;
const logged: string[] = [];

beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  owner = db.connect();
  Object.assign(process.env, {
    ...{ DATABASE_HOST: db.host, DATABASE_PORT: String(db.port), DATABASE_NAME: db.name, DATABASE_CA_FILE: db.caFile },
    ...{ DATABASE_USER: 'analytics_query', ANALYTICS_CURRENCY: 'GBP', ANALYTICS_TIME_ZONE: 'Europe/London' },
    ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    POWERTOOLS_DEV: 'true', // logs through the console that the test listens to
  });
  ({ handler } = (await import('../../functions/query/handler.ts')) as never);
  for (const method of ['error', 'warn', 'info', 'log', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...line) => void logged.push(line.join(' ')));
  }
});
afterEach(() => logged.splice(0));
afterAll(async () => {
  const { discardDatabase } = await import('#runtime/database.ts');
  await discardDatabase();
  await db.drop();
});

async function get(path: string, rawQueryString = '', remaining = 20_000) {
  const event = { version: '2.0', routeKey: `GET ${path}`, rawPath: path, rawQueryString, headers: {} } as never;
  const context = { awsRequestId: 'request-7', getRemainingTimeInMillis: () => remaining } as Context;
  const { statusCode, headers, body } = await handler(event, context);
  return { status: statusCode, type: headers?.['content-type'], body: JSON.parse(body ?? '') };
}

test.each([REVENUE, '/api/v1/analytics/dashboard/overview'])(
  '%s answers data and meta as the read-only role',
  async (path) => {
    const { status, type, body } = await get(path, 'compare=previous_period');
    expect({ status, type }).toEqual({ status: 200, type: 'application/json' });
    expect(Object.keys(body)).toEqual(['data', 'meta']);
    expect(body.meta).toMatchObject({ currency: 'GBP', period: { timezone: 'Europe/London', granularity: 'day' } });
  },
);

test('revenue has every bucket of the period, with zeros', async () => {
  const { body } = await get(REVENUE, 'from=2026-03-28&to=2026-03-30&granularity=hour&timezone=Europe/Berlin');
  expect(body.data.series).toHaveLength(47);
  expect(body.data.series[26]).toEqual({
    bucket: '2026-03-29T03:00:00+02:00',
    ...{ gross: '0.00', discounts: '0.00', cancellations: '0.00', returns: '0.00', net: '0.00', tax: '0.00' },
    ...{ shipping: '0.00', total: '0.00', collected: '0.00', orders: 0, averageOrderValue: null },
  });
});

describe('problems', () => {
  test.each([
    ['granularity=minute', 'granularity'],
    ['granularity=hour&from=2024-01-01&to=2026-01-01', 'granularity'],
    ['lens=cash', 'lens'],
    ['groupBy=product', 'groupBy'],
    ['sort=net', 'sort'],
    ['channel=web&channel=app', 'channel'],
  ])('%s is a bad request that names the parameter', async (query, parameter) => {
    const { status, type, body } = await get(REVENUE, query);
    expect({ status, type }).toEqual({ status: 400, type: 'application/problem+json' });
    expect(body).toMatchObject({
      status: 400,
      title: 'Bad parameter',
      parameter,
      type: expect.stringMatching(/^urn:/),
    });
  });

  test('parameters of another route are unknown', async () => {
    const { body } = await get('/api/v1/analytics/dashboard/overview', 'lens=order_date');
    expect(body).toMatchObject({ status: 400, parameter: 'lens' });
  });

  test('a path without a route', async () => {
    expect(await get('/nowhere')).toMatchObject({ status: 404, type: 'application/problem+json' });
  });

  test('an unexpected error says only where to find it, and the log holds no values', async () => {
    await owner`alter table hourly_metrics rename to hidden`;
    await owner`create view hourly_metrics as
      select bucket, rate_day, currency, channel, country, ('secret@example.com' || currency)::bigint as placed, cancelled,
        cancelled_order_date, gross, discounts, cancellations, cancellations_order_date, returns, returns_order_date, tax,
        shipping, collected
      from hidden`;
    await owner`grant select on hourly_metrics to analytics_query`;
    await owner`insert into hidden values
      ('2026-03-28T01:00:00Z', '2026-03-28', 'GBP', 'secret-channel', 'GB', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)`;
    try {
      const { status, body } = await get(
        REVENUE,
        'from=2026-03-28T01:00:00Z&to=2026-03-28T02:00:00Z&channel=secret-channel',
      );
      expect(status).toBe(500);
      expect(body).toMatchObject({ title: 'Internal error', requestId: 'request-7' });
      expect(JSON.stringify(body) + logged.join()).not.toMatch(/secret/);
      expect(logged.join()).toMatch(/"code": ?"22P02"/);
    } finally {
      await owner`drop view hourly_metrics`;
      await owner`alter table hidden rename to hourly_metrics`;
    }
    expect((await get(REVENUE)).status).toBe(200);
  });

  test('a database that does not answer in time is unavailable, and the next request has a new connection', async () => {
    const blocked = await owner.reserve();
    await blocked`begin`;
    await blocked`lock table dirty_windows in access exclusive mode`;
    try {
      const { status, body } = await get(REVENUE, '', 1500);
      expect({ status, title: body.title }).toEqual({ status: 503, title: 'Unavailable' });
    } finally {
      await blocked`rollback`;
      blocked.release();
    }
    expect((await get(REVENUE)).status).toBe(200);
  });
});

describe('/health', () => {
  test('tells the newest migration', async () => {
    const { status, body } = await get('/health');
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'ok',
      database: 'ok',
      migrations: expect.stringMatching(/^\d{4}_/),
      newestEventAt: null,
    });
  });

  test('is 503 when there is no database', async () => {
    const { discardDatabase } = await import('#runtime/database.ts');
    await discardDatabase();
    const port = process.env.DATABASE_PORT;
    process.env.DATABASE_PORT = '1';
    try {
      const { status, body } = await get('/health');
      expect({ status, database: body.database }).toEqual({ status: 503, database: 'unavailable' });
    } finally {
      process.env.DATABASE_PORT = port;
      await discardDatabase();
    }
  });
});
