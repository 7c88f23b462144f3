import { setTimeout } from 'node:timers/promises';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { compactDataChanges } from '#db/compact-data-changes.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent, type TestEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

const REVENUE = '/api/v1/analytics/revenue';
const OVERVIEW = '/api/v1/analytics/dashboard/overview';
const JUNE = 'from=2026-06-01&to=2026-07-01';
let db: TestDatabase;
let owner: Sql;
let writer: Sql;
let get: Awaited<ReturnType<typeof startEnvironment>>;

/** Another environment of the function knows nothing of what this one answered. */
async function startEnvironment() {
  vi.resetModules();
  const { handler } = (await import('../../functions/query/handler.ts')) as unknown as { handler: Handler };
  return async (path: string, rawQueryString = '', ifNoneMatch?: string) => {
    const headers = ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch };
    const event = { version: '2.0', routeKey: `GET ${path}`, rawPath: path, rawQueryString, headers } as never;
    const context = { awsRequestId: 'request-7', getRemainingTimeInMillis: () => 20_000 } as Context;
    const answer = await handler(event, context);
    return {
      status: answer.statusCode,
      headers: answer.headers ?? {},
      etag: String(answer.headers?.etag),
      body: answer.body,
    };
  };
}

beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  owner = db.connect();
  writer = db.connect('analytics_ingest');
  Object.assign(process.env, {
    ...{ DATABASE_HOST: db.host, DATABASE_PORT: String(db.port), DATABASE_NAME: db.name, DATABASE_CA_FILE: db.caFile },
    ...{ DATABASE_USER: 'analytics_query', ANALYTICS_CURRENCY: 'EUR', ANALYTICS_TIME_ZONE: 'UTC' },
    ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    POWERTOOLS_DEV: 'true',
  });
  for (const method of ['error', 'warn', 'info', 'log', 'debug'] as const) vi.spyOn(console, method).mockReturnValue();
  get = await startEnvironment();
  await ingest([first, order('second', '11'), view('early', '2026-05-19T10:00:00Z')]);
  await aggregate();
});
afterAll(() => db.drop());

const order = (id: string, day: string, data: object = {}) =>
  makeEvent(
    'orders.order.status_changed',
    {
      order_id: id,
      status: 'created',
      currency: 'EUR',
      items: [{ product_id: 'p', quantity: 1, unit_price: '5' }],
      ...data,
    },
    { time: `2026-06-${day}T10:00:00Z` },
  );
const view = (session: string, time: string) =>
  makeEvent('analytics.page_view', { session_id: session, page_url: 'https://shop.example/' }, { time });

const first = order('first', '10');

const limits = { now: new Date('2026-07-20T00:00:00Z'), rawRetentionDays: 90, maxFutureHours: 24 };
async function ingest(events: readonly TestEvent[]) {
  const { ingest: store, letters } = makeIngestion(writer, { limits });
  expect(await store(events)).toMatchObject({ failedIds: [] });
  expect(letters).toEqual([]);
}
const aggregate = () => aggregateWindows(db.connect('analytics_jobs', { max: 1 }), { zone: 'UTC', limit: 1_000 });

describe('an answer', () => {
  test('has a weak tag, and may be kept by who asked for it, to be asked again', async () => {
    const { status, headers } = await get(REVENUE, JUNE);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      etag: expect.stringMatching(/^W\/"[\w-]{22}"$/),
      'cache-control': 'private, no-cache',
    });
  });

  test('has the same tag at another time, from another environment, and with its parameters in another order', async () => {
    const { etag } = await get(REVENUE, JUNE);
    vi.useFakeTimers({ now: Date.now() + 3_600_000, toFake: ['Date'] });
    try {
      expect((await get(REVENUE, 'to=2026-07-01&from=2026-06-01')).etag).toBe(etag);
      const other = await startEnvironment();
      expect((await other(REVENUE, JUNE)).etag).toBe(etag);
      expect((await other(REVENUE, JUNE, etag)).status).toBe(304);
    } finally {
      vi.useRealTimers();
    }
  });

  test.each([
    `${JUNE}&lens=order_date`,
    `${JUNE}&channel=web`,
    `${JUNE}&currency=USD`,
    'from=2026-06-02&to=2026-07-01',
  ])('has another tag for %s', async (query) => {
    expect((await get(REVENUE, query)).etag).not.toBe((await get(REVENUE, JUNE)).etag);
  });

  test('that is a problem, or of /health, has none', async () => {
    const { headers } = await get(REVENUE, 'from=never', '*');
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(headers).not.toHaveProperty('etag');
    expect((await get('/health', '', '*')).headers).not.toHaveProperty('etag');
  });
});

describe('If-None-Match', () => {
  test.each([
    ['the tag', (tag: string) => tag],
    ['its strong form', (tag: string) => tag.slice(2)],
    ['a list with it', (tag: string) => `"other", W/"one, more" ,${tag}`],
    ['any', () => '*'],
  ])('naming %s is answered 304, with the tag and nothing else', async (_, named) => {
    const { etag } = await get(REVENUE, JUNE);
    const { status, headers, body } = await get(REVENUE, JUNE, named(etag));
    expect({ status, body }).toEqual({ status: 304, body: undefined });
    expect(headers).toMatchObject({ etag, 'cache-control': 'private, no-cache' });
    expect(headers).not.toHaveProperty('content-type');
  });

  test.each(['"other"', 'W/"other"', '', 'garbage', '"*"'])('naming %s is answered with the figures', async (named) => {
    expect((await get(REVENUE, JUNE, named)).status).toBe(200);
  });
});

describe('when nothing changed', () => {
  test.each([REVENUE, OVERVIEW])('%s reads no table but the version of the data', async (path) => {
    const { etag } = await get(path, JUNE);
    const locked = await owner.reserve();
    const tables = await locked<{ name: string }[]>`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname <> 'data_changes'`;
    await locked`begin`;
    await locked.unsafe(`lock table ${tables.map(({ name }) => name).join(', ')} in access exclusive mode`);
    try {
      expect((await get(path, JUNE, etag)).status).toBe(304);
      // while whoever has another answer in hand waits for the tables
      const another = get(path, JUNE, '"another"');
      expect(await Promise.race([another, setTimeout(500, 'waits')])).toBe('waits');
      await locked`rollback`;
      expect((await another).status).toBe(200);
    } finally {
      await locked`rollback`;
      locked.release();
    }
  });

  test('the last 30 days are asked again when another day may have begun', async () => {
    vi.useFakeTimers({ now: new Date('2026-06-30T23:50:00Z'), toFake: ['Date'] });
    try {
      const { etag } = await get(REVENUE);
      expect((await get(REVENUE, '', etag)).status).toBe(304);
      vi.setSystemTime(new Date('2026-07-01T00:00:00Z'));
      expect((await get(REVENUE, '', etag)).status).toBe(200);
    } finally {
      vi.useRealTimers();
    }
  });

  test('a duplicate, an idle aggregation, one that finds the same, and adding the counts up leave the tag', async () => {
    const { etag } = await get(OVERVIEW, JUNE);
    const version = () =>
      owner`select relation, sum(changes) as changes from data_changes group by relation order by 1`;
    const before = [...(await version())];
    await ingest([first]);
    await aggregate();
    await owner`insert into data_changes (relation) select 'orders' from generate_series(1, 600)`;
    await compactDataChanges(db.connect('analytics_jobs', { max: 1 }));
    expect(await owner`select from data_changes where relation = 'orders'`).toHaveLength(1);
    expect([...(await version())]).toEqual(
      before.map((row) => (row.relation === 'orders' ? { ...row, changes: String(Number(row.changes) + 600) } : row)),
    );
    expect((await get(OVERVIEW, JUNE, etag)).status).toBe(304);

    await owner`insert into dirty_windows (hour) select generate_series(timestamptz '2026-06-01', '2026-06-30', '1 hour')`;
    expect((await get(OVERVIEW, JUNE, etag)).status).toBe(200); // hours are pending, and the answer says so
    await aggregate();
    expect((await get(OVERVIEW, JUNE, etag)).status).toBe(304);
  });
});

describe('when data changed', () => {
  test('an event that changes the answer changes its tag, also while its hour waits for its aggregation', async () => {
    const { etag } = await get(REVENUE, JUNE);
    await ingest([order('third', '12')]);
    const pending = await get(REVENUE, JUNE, etag);
    expect(pending.status).toBe(200);
    await aggregate();
    const after = await get(REVENUE, JUNE, pending.etag);
    expect(after.status).toBe(200);
    expect(JSON.parse(after.body ?? '').data.totals.gross).toBe('15.00');
    expect(after.etag).not.toBe(etag);
  });

  test('events that the answer does not tell of leave its tag', async () => {
    const { etag } = await get(OVERVIEW, JUNE);
    await ingest([view('later', '2026-07-19T10:00:00Z')]);
    expect((await get(OVERVIEW, JUNE, etag)).status).toBe(304);
  });

  test('a rate that comes or changes restates the answers in its currency', async () => {
    const query = `${JUNE}&currency=USD`;
    const none = await get(REVENUE, query);
    await owner`insert into fx_rates (day, from_currency, to_currency, rate, source) values ('2026-06-10', 'EUR', 'USD', 1.1, 'test')`;
    const one = await get(REVENUE, query, none.etag);
    expect(JSON.parse(one.body ?? '')).toMatchObject({ data: { totals: { gross: '5.50' } }, meta: { unconverted: 2 } });
    await owner`update fx_rates set rate = 1.2`;
    expect(JSON.parse((await get(REVENUE, query, one.etag)).body ?? '').data.totals.gross).toBe('6.00');
  });

  test('what is rolled back was no change', async () => {
    const { etag } = await get(REVENUE, JUNE);
    await owner
      .begin(async (tx) => {
        await tx`delete from hourly_metrics`;
        throw new Error('rolled back');
      })
      .catch(() => undefined);
    expect((await get(REVENUE, JUNE, etag)).status).toBe(304);
  });
});
