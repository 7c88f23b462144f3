import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { queueName } from '#contract/event-types.ts';
import { dimensions, metrics as metricNames, serviceName } from '#contract/metrics.ts';
import { NotFound } from '#core/problem.ts';

const said: string[] = [];
let sqsHandler: typeof import('#runtime/sqs-handler.ts').sqsHandler;
let httpHandler: typeof import('#runtime/http-handler.ts').httpHandler;
let wrapped: typeof import('#runtime/job-handler.ts').wrapped;

beforeAll(async () => {
  Object.assign(process.env, {
    ...{ DATABASE_HOST: '127.0.0.1', DATABASE_PORT: '1', DATABASE_NAME: 'none', DATABASE_USER: 'analytics_query' },
    ...{ DATABASE_CA_FILE: import.meta.filename, AWS_REGION: 'us-east-1' },
    ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand', // what Lambda sets where a start is a cold one
    POWERTOOLS_DEV: 'true', // logs through the console that the test listens to
    POWERTOOLS_METRICS_DISABLED: 'false', // which the former would set
  });
  for (const method of ['error', 'warn', 'info', 'log'] as const)
    vi.spyOn(console, method).mockImplementation((line) => void said.push(String(line)));
  ({ sqsHandler } = await import('#runtime/sqs-handler.ts'));
  ({ httpHandler } = await import('#runtime/http-handler.ts'));
  ({ wrapped } = await import('#runtime/job-handler.ts'));
});
afterEach(() => void said.splice(0));

const context = {
  ...{ awsRequestId: 'request-1', functionName: 'analytics-ingest', memoryLimitInMB: '100000' },
  getRemainingTimeInMillis: () => 20_000,
} as never;
const records = ['a', 'b', 'c'].map((messageId) => ({
  ...{ messageId, body: 'secret', attributes: {}, messageAttributes: {} },
  eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queueName('analytics.page_view')}`,
}));
const request = (routeKey: string) => ({ routeKey, headers: {}, rawQueryString: 'email=secret' }) as never;

const lines = () => said.map((line) => JSON.parse(line));
const logs = () => lines().filter((line) => !('_aws' in line));
/** Each value as [name, value, unit, dimensions beside `service`]. */
const values = () =>
  lines().flatMap((line) =>
    (line._aws?.CloudWatchMetrics ?? []).flatMap(({ Metrics, Dimensions }: Emf) =>
      Metrics.map(({ Name, Unit }) => {
        const names = Dimensions.flat().filter((name) => name !== 'service');
        expect(line.service).toBe(serviceName);
        return [Name, line[Name], Unit, Object.fromEntries(names.map((name) => [name, line[name]]))];
      }),
    ),
  );
interface Emf {
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
  readonly Dimensions: readonly (readonly string[])[];
}
const milliseconds = expect.any(Number);
const memory = ['MemoryUsedPercent', expect.any(Number), 'Percent', { function: 'analytics-ingest' }];

it('of a batch: counts and time in one line, latency, memory, and the cold start once', async () => {
  const handler = sqsHandler(async () => ({ failedIds: ['a', 'a'], counts: { stored: 2 } }));
  expect(await handler({ Records: records } as never, context)).toEqual({
    batchItemFailures: [{ itemIdentifier: 'a' }],
  });
  const [summary, ...more] = logs();
  expect(more).toEqual([]);
  expect(summary).toMatchObject({
    ...{ message: 'batch done', level: 'INFO', function_request_id: 'request-1' },
    ...{ queue: 'analytics.page_view', received: 3, failed: 1, stored: 2, milliseconds },
  });
  expect(values()).toEqual([
    ['ColdStart', 1, 'Count', { function_name: 'analytics-ingest' }],
    ['BatchLatency', milliseconds, 'Milliseconds', { function: 'analytics-ingest' }],
    memory,
  ]);
  said.splice(0);
  await handler({ Records: records } as never, context);
  expect(values().map(([name]) => name)).toEqual(['BatchLatency', 'MemoryUsedPercent']);
});

it('of a request: route, status and time, and never what was asked', async () => {
  const handler = httpHandler(async ({ routeKey }) => {
    if (routeKey === 'GET /none') throw new NotFound();
    if (routeKey === 'GET /broken') throw new TypeError('secret');
    return { status: 200, body: {} };
  });
  for (const [route, status] of [
    ['GET /good', 200],
    ['GET /none', 404],
    ['GET /broken', 500],
  ] as const) {
    said.splice(0);
    await handler(request(route), context);
    expect(logs().find(({ message }) => message === 'request answered')).toMatchObject({ route, status, milliseconds });
    expect(values()).toEqual([
      ['RouteLatency', milliseconds, 'Milliseconds', { route }],
      ['Answers', 1, 'Count', { function: 'analytics-ingest', status: `${String(status)[0]}xx` }],
      memory,
    ]);
    expect(said.join()).not.toContain('secret');
  }
});

it('of a job: the counts of its answer, and memory also when it fails', async () => {
  await wrapped(async () => ({ hours: 3, isDone: true, where: 'secret', list: ['secret'] }))({}, context);
  expect(logs()).toMatchObject([{ message: 'job done', hours: 3, isDone: true, milliseconds }]);
  expect(said.join()).not.toContain('secret');
  said.splice(0);
  const failing = wrapped(() => Promise.reject(new TypeError('secret')));
  await expect(failing({}, context)).rejects.toThrow(TypeError);
  expect(values()).toEqual([memory]);
});

it('counts connections that the database refuses', async () => {
  const { database, discardDatabase } = await import('#runtime/database.ts');
  await expect(database()`select 1`.execute()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await setTimeout(5);
  await discardDatabase();
  await wrapped(async () => null)({}, context);
  expect(values()).toContainEqual(['DatabaseConnectFailures', 1, 'Count', {}]);
});

it('has few dimensions, each of them named in the contract table', () => {
  expect(Object.values(dimensions)).toEqual(['function', 'job', 'route', 'status']);
  expect(new Set(Object.values(metricNames)).size).toBe(Object.keys(metricNames).length);
});
