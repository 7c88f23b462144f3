import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { createDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

interface Call {
  readonly target: string | undefined;
  readonly authorization: string;
  readonly body: { DatabaseName: string; TableName: string; Records: Record<string, unknown>[] };
}

const calls: Call[] = [];
let respond: (response: ServerResponse) => void = () => {};
/** Stands in for the service: takes calls as the client's protocol writes them. */
const server = createServer(async (request, response) => {
  const { 'x-amz-target': target, authorization = '' } = request.headers;
  calls.push({ target: String(target), authorization, body: JSON.parse(await text(request)) });
  respond(response);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
Object.assign(process.env, {
  ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  ...{
    TIMESTREAM_TABLE: 'shop/measures',
    TIMESTREAM_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  },
});
const { publishMeasures } = await import('../../functions/jobs/publish-measures.ts');
const { metrics } = await import('#runtime/observability.ts');

const database = await createDatabase({ migrated: true });
const jobs = database.connect('analytics_jobs');
const counted = vi.spyOn(metrics, 'addMetric');
const countOf = (metric: string) => counted.mock.calls.filter(([name]) => name === metric).map(([, , value]) => value);
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await database.drop();
});
beforeEach(() => {
  calls.length = 0;
  counted.mockClear();
  respond = (response) => answer(response, 200, { RecordsIngested: { Total: 1 } });
});

function answer(response: ServerResponse, status: number, body: object) {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
}

const now = new Date();
const inTwoMinutes = new Date(now.getTime() + 120_000);
const order = (id: string, currency: string) => {
  const items = [{ product_id: 'p1', quantity: 2, unit_price: '10.10', discount_amount: '0.20' }];
  const data = { order_id: id, status: 'created', currency, items, email: 'canary@example.com' };
  return makeEvent('orders.order.status_changed', data, { time: new Date(now.getTime() - 60_000).toISOString() });
};
const { ingest, failures } = makeIngestion(database.connect());
await ingest([order('o1', 'EUR'), order('o2', 'EUR'), order('o3', 'USD')]);
expect(failures).toEqual([]);

test('what the last whole minutes brought is written: events by type, orders and money by currency, nothing of anybody', async () => {
  await publishMeasures(jobs, inTwoMinutes);

  expect(calls).toHaveLength(1);
  const [{ target, authorization, body }] = calls as [Call];
  expect(target).toBe('Timestream_20181101.WriteRecords');
  expect(authorization).toContain('/eu-central-1/timestream/aws4_request');
  expect(body).toMatchObject({ DatabaseName: 'shop', TableName: 'measures' });
  const records = body.Records.map(({ Dimensions, MeasureName, MeasureValues }) => ({
    Dimensions,
    MeasureName,
    MeasureValues,
  }));
  expect(records).toHaveLength(3);
  expect(records).toContainEqual({
    Dimensions: [{ Name: 'currency', Value: 'EUR' }],
    MeasureName: 'sales',
    MeasureValues: [
      { Name: 'orders', Type: 'BIGINT', Value: '2' },
      { Name: 'gross', Type: 'DOUBLE', Value: '40.4' },
      { Name: 'discounts', Type: 'DOUBLE', Value: '0.4' },
    ],
  });
  expect(records.find(({ MeasureName }) => MeasureName === 'ingestion')).toMatchObject({
    Dimensions: [{ Name: 'event_type', Value: 'orders.order.status_changed' }],
    MeasureValues: [{ Name: 'events', Value: '3' }, { Name: 'lag_seconds' }],
  });
  for (const record of body.Records) {
    expect(record).toMatchObject({
      MeasureValueType: 'MULTI',
      TimeUnit: 'MILLISECONDS',
      Version: inTwoMinutes.getTime(),
    });
    expect(Number(record.Time) % 60_000).toBe(0);
  }
  expect(JSON.stringify(body)).not.toMatch(/canary|o1/);
  expect(countOf('MeasuresWritten')).toEqual([3]);
  expect(countOf('MeasuresLost')).toEqual([0]);
});

test('rejected records are counted, but not one that is there in a later version', async () => {
  respond = (response) =>
    answer(response, 400, {
      __type: 'com.amazonaws.timestream.v20181101#RejectedRecordsException',
      message: 'One or more records have been rejected.',
      RejectedRecords: [
        { RecordIndex: 0, Reason: 'outside of the memory store' },
        { RecordIndex: 1, ExistingVersion: 9 },
      ],
    });
  await publishMeasures(jobs, inTwoMinutes);
  expect(countOf('MeasuresLost')).toEqual([1]);
  expect(countOf('MeasuresWritten')).toEqual([2]);
});

test.each<[string, (response: ServerResponse) => void]>([
  ['refuses', (response) => answer(response, 400, { __type: 'AccessDeniedException', message: 'no' })],
  ['breaks off', (response) => response.destroy()],
  ['never answers', () => {}],
])('a service that %s costs the run seconds and the records, and no more', async (_, how) => {
  respond = how;
  const begun = performance.now();
  await publishMeasures(jobs, inTwoMinutes);
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(countOf('MeasuresLost')).toEqual([3]);
  expect(countOf('MeasuresWritten')).toEqual([]);
});

test('a question that the database does not answer is no failure of the run either', async () => {
  const closed = database.connect('analytics_jobs');
  await closed.end();
  await publishMeasures(closed, inTwoMinutes);
  expect(calls).toHaveLength(0);
});
