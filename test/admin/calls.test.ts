import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { Sql } from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

const LETTERS = 'GET /admin/v1/dead-letters';
const BY_FILTER = 'POST /admin/v1/dead-letters/replay';
const DISCARD = 'POST /admin/v1/dead-letters/{id}/discard';
let db: TestDatabase;
let owner: Sql;
let handler: (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;
const logged: string[] = [];

beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  owner = db.connect();
  Object.assign(process.env, {
    ...{ DATABASE_HOST: db.host, DATABASE_PORT: String(db.port), DATABASE_NAME: db.name, DATABASE_CA_FILE: db.caFile },
    ...{ DATABASE_USER: 'analytics_admin', ANALYTICS_TIME_ZONE: 'Europe/London', IDEMPOTENCY_TABLE: 'records' },
    ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1', // nobody answers there
    POWERTOOLS_DEV: 'true', // logs through the console that the test listens to
  });
  ({ handler } = (await import('../../functions/admin/handler.ts')) as never);
  for (const method of ['error', 'warn', 'info', 'log', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...line) => void logged.push(line.join(' ')));
  }
});
beforeEach(() => owner`truncate dead_letter_queue, job_runs`);
afterEach(() => logged.splice(0));
afterAll(async () => {
  const { discardDatabase } = await import('#runtime/database.ts');
  await discardDatabase();
  await db.drop();
});

interface Asked {
  readonly query?: string;
  readonly id?: string;
  readonly body?: string;
  readonly key?: string;
}

async function call(routeKey: string, { query = '', id, body, key }: Asked = {}) {
  const event = {
    ...{ version: '2.0', routeKey, rawQueryString: query, body, isBase64Encoded: false },
    headers: key === undefined ? {} : { 'idempotency-key': key },
    pathParameters: id === undefined ? undefined : { id },
    requestContext: { requestId: 'request-7', authorizer: { iam: { userArn: 'arn:aws:iam::1:user/on-call' } } },
  };
  const context = { awsRequestId: 'request-7', getRemainingTimeInMillis: () => 20_000 } as Context;
  const answer = await handler(event as never, context);
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? '') };
}

/** One per key, the first the oldest. */
async function store(
  keys: readonly string[],
  { reason = 'malformed', status = 'open', type = null as string | null } = {},
) {
  await owner`
    insert into dead_letter_queue (
      deduplication_key, event_type, reason, pointer, keyword, event_id, queue, received_at, status, masked_view, original, data_key
    )
    select key, ${type}, ${reason}, '', '', key, 'q', '2026-03-01T00:00:00Z'::timestamptz + position * interval '1 hour', ${status}, '{}', '', ''
    from unnest(${keys as string[]}::text[]) with ordinality as given (key, position)`;
}

const audit = (route: string) => owner`select * from admin_audit where route = ${route} order by id`;

describe('lists', () => {
  it('give every letter once while others arrive, the newest first', async () => {
    await store(['a', 'b', 'c', 'd', 'e']);
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let page = 0; cursor !== null; page++) {
      const { body } = await call(LETTERS, { query: `limit=2${cursor && `&cursor=${cursor}`}` });
      seen.push(...body.data.map(({ eventId }: { eventId: string }) => eventId));
      cursor = body.meta.nextCursor;
      await store([`late ${page}`]);
    }
    expect(seen).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('have the rows of the contract', async () => {
    await store(['a']);
    const { body } = await call(LETTERS);
    expect(body.data).toEqual([
      {
        ...{
          id: expect.stringMatching(/^\d+$/),
          type: null,
          reason: 'malformed',
          pointer: '',
          keyword: '',
          source: null,
        },
        ...{ eventId: 'a', receivedAt: '2026-03-01T01:00:00.000Z', status: 'open', replays: 0 },
      },
    ]);
    expect(body.meta).toEqual({ asOf: expect.any(String), nextCursor: null });
  });

  it.each([
    ['reason=malformed', ['b', 'a']],
    ['type=analytics.page_view', ['c']],
    ['status=discarded', ['d']],
    ['from=2026-03-01T02:00:00Z', ['b']],
    ['to=2026-03-01T02:00:00Z', ['d', 'c', 'a']],
    ['reason=malformed&to=2026-03-01T02:00:00Z', ['a']],
  ])('filter by %s', async (query, expected) => {
    await store(['a', 'b']);
    await store(['c'], { reason: 'too_large', type: 'analytics.page_view' });
    await store(['d'], { reason: 'too_large', status: 'discarded' });
    const { body } = await call(LETTERS, { query });
    expect(body.data.map(({ eventId }: { eventId: string }) => eventId)).toEqual(expected);
  });

  it('of runs go by job, page by page', async () => {
    await owner`insert into job_runs (job, status, result) values ('aggregate', 'succeeded', '{"hours":1}'), ('migrate', 'failed', null)`;
    await owner`insert into job_runs (job) values ('aggregate')`;
    const first = await call('GET /admin/v1/jobs', { query: 'job=aggregate&limit=1' });
    expect(first.body.data).toMatchObject([{ job: 'aggregate', status: 'running', result: null, finishedAt: null }]);
    const query = `job=aggregate&limit=1&cursor=${first.body.meta.nextCursor}`;
    const { body } = await call('GET /admin/v1/jobs', { query });
    expect(body).toMatchObject({ data: [{ status: 'succeeded', result: { hours: 1 } }], meta: { nextCursor: null } });
  });
});

describe('a bad request names what is wrong, changes nothing and is audited', () => {
  it.each<[string, Asked, string]>([
    [LETTERS, { query: 'reason=other' }, 'reason'],
    [LETTERS, { query: 'status=new' }, 'status'],
    [LETTERS, { query: 'limit=0' }, 'limit'],
    [LETTERS, { query: 'cursor=x' }, 'cursor'],
    [LETTERS, { query: `cursor=${Buffer.from('["1 or true"]').toString('base64url')}` }, 'cursor'],
    [LETTERS, { query: 'from=yesterday' }, 'from'],
    [LETTERS, { query: 'dryRun=true' }, 'dryRun'],
    ['GET /admin/v1/dead-letters/{id}', { id: '0' }, 'id'],
    [DISCARD, { id: '1e3' }, 'id'],
    [DISCARD, { id: '1', query: 'dryRun=yes' }, 'dryRun'],
    [DISCARD, { id: '1', query: 'dryRun=true&dryRun=true' }, 'dryRun'],
    [BY_FILTER, {}, 'body'],
    [BY_FILTER, { body: '[' }, 'body'],
    [BY_FILTER, { body: '[]' }, 'body'],
    [BY_FILTER, { body: '{}' }, 'body'],
    [BY_FILTER, { body: '{"limit":5}' }, 'body'],
    [BY_FILTER, { body: '{"reasons":"malformed"}' }, 'reasons'],
    [BY_FILTER, { body: '{"reason":["malformed"]}' }, 'reason'],
    [BY_FILTER, { body: '{"status":"discarded"}' }, 'status'],
    [BY_FILTER, { body: '{"status":"open","limit":10001}' }, 'limit'],
    ['GET /admin/v1/jobs', { query: 'job=sweep' }, 'job'],
  ])('%s %j', async (route, asked, parameter) => {
    await store(['a']);
    const { status, body } = await call(route, asked);
    expect({ status, parameter: body.parameter }).toEqual({ status: 400, parameter });
    expect(await owner`select status, replays from dead_letter_queue`).toEqual([{ status: 'open', replays: 0 }]);
    expect((await audit(route)).at(-1)).toMatchObject({ outcome: 'refused', status: 400 });
  });

  it('so is a letter that is not there', async () => {
    const { status } = await call('GET /admin/v1/dead-letters/{id}', { id: '999999' });
    expect(status).toBe(404);
    expect((await audit('GET /admin/v1/dead-letters/{id}')).at(-1)).toMatchObject({
      ...{ outcome: 'refused', status: 404, parameters: { id: '999999' } },
    });
  });
});

describe('the audit', () => {
  it('says who asked for what and what came of it, before and after a change', async () => {
    await store(['a']);
    const [{ id } = { id: '' }] = await owner<{ id: string }[]>`select id::text from dead_letter_queue`;
    await call(DISCARD, { id });
    const common = {
      principal: 'arn:aws:iam::1:user/on-call',
      request_id: 'request-7',
      parameters: { id },
      dry_run: false,
    };
    expect((await audit(DISCARD)).slice(-2)).toMatchObject([
      { ...common, outcome: 'begun', status: null, counts: {} },
      { ...common, outcome: 'succeeded', status: 200, counts: { matched: 1, discarded: 1 } },
    ]);
    await call(LETTERS, { query: 'reason=malformed' });
    expect((await audit(LETTERS)).at(-1)).toMatchObject({
      parameters: { reason: 'malformed', type: null, limit: 50 },
      ...{ outcome: 'succeeded', counts: { rows: 1 } },
    });
  });

  it.each(['update admin_audit set outcome = outcome', 'delete from admin_audit', 'truncate admin_audit'])(
    'refuses: %s',
    async (statement) => {
      await call(LETTERS);
      const before = await owner`select count(*) from admin_audit`;
      for (const role of ['analytics_admin', 'analytics_migrate', 'postgres']) {
        await expect(db.connect(role).unsafe(statement)).rejects.toMatchObject({ code: '42501' });
      }
      expect(await owner`select count(*) from admin_audit`).toEqual(before);
    },
  );

  it('that cannot be written stops a change before it begins', async () => {
    await store(['a']);
    const [{ id } = { id: '' }] = await owner<{ id: string }[]>`select id::text from dead_letter_queue`;
    await owner`revoke insert on admin_audit from analytics_admin`;
    try {
      expect((await call(DISCARD, { id })).status).toBe(500);
      expect((await call(LETTERS)).status).toBe(500);
    } finally {
      await owner`grant insert on admin_audit to analytics_admin`;
    }
    expect(await owner`select status from dead_letter_queue`).toEqual([{ status: 'open' }]);
  });
});

it('a keyed change does not begin while the records of keys do not answer, and logs no key', async () => {
  await store(['a']);
  const [{ id } = { id: '' }] = await owner<{ id: string }[]>`select id::text from dead_letter_queue`;
  const { status } = await call(DISCARD, { id, key: 'secret-key' });
  expect(status).toBe(503);
  expect(await owner`select status from dead_letter_queue`).toEqual([{ status: 'open' }]);
  expect(logged.join('\n')).not.toContain('secret-key');
  expect((await call(DISCARD, { id })).status).toBe(200);
});
