import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrainReadings } from '../../local/answer-control.ts';
import type { Outputs } from '../../local/describe-outputs.ts';
import { generateSample } from '../../local/sample/generate-sample.ts';
import { runSample } from '../../local/sample.ts';
import { type FakeEndpoint, serveFakeEndpoint } from '../commands/fake-endpoint.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

const now = new Date('2026-11-22T14:30:10.500Z');
const overview = {
  data: {
    sales: { gross: '33495.63', net: '30000.00', total: '36000.00', collected: '35000.00' },
    orders: { placed: 548, cancelled: 19, averageOrderValue: '61.1200' },
    customers: { active: 700, new: 200, returning: 0 },
    sessions: 6441,
    conversionRate: 0.0329,
  },
  meta: { currency: 'EUR', unconverted: 38 },
};

let database: TestDatabase;
let sql: Sql;
let bus: FakeEndpoint;
let api: Server;
let outputs: Outputs;
const asked: { readonly url: string; readonly headers: IncomingHttpHeaders }[] = [];

beforeAll(async () => {
  database = await createDatabase({ migrated: true });
  sql = database.connect();
  bus = await serveFakeEndpoint();
  const at = now.toISOString();
  const metrics = { EventsReceived: 13, EventsFailed: 1, EventsStored: 10, EventsDuplicate: 2 };
  const drained: DrainReadings = { startedAt: at, last: null, now: { at, metrics } };
  api = createServer(({ url, headers }, response) => {
    if (url === '/drained') return response.end(JSON.stringify(drained));
    asked.push({ url: url!, headers });
    return response.end(JSON.stringify(overview));
  });
  await once(api.listen(0, '127.0.0.1'), 'listening');
  const apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  outputs = {
    apiUrl,
    liveUrl: null,
    token: 'reader',
    adminToken: 'admin',
    eventBusName: 'the-bus',
    exportBucket: '',
    endpoints: { sqs: bus.url, s3: bus.url, events: bus.url, dynamodb: bus.url },
    queues: {}, // nothing to wait for: what the fake bus takes goes nowhere
    databaseUrl: database.url(),
    controlUrl: apiUrl,
    pid: process.pid,
  };
});

afterAll(async () => {
  bus.close();
  api.close();
  await database.drop();
});

async function run() {
  const lines: string[] = [];
  asked.length = 0;
  const period = await runSample({ outputs }, (line) => lines.push(line), now);
  return { lines, period };
}

describe('runSample', () => {
  it('sends the sample of this instant through the bus, in order, and shows what came of it', async () => {
    const { events, expected } = generateSample({ seed: 'shop', end: now });

    const { lines, period } = await run();

    expect(new Set(bus.accepted.map(({ text }) => text))).toEqual(
      new Set(events.map((event) => JSON.stringify(event))),
    );
    expect(bus.accepted).toHaveLength(expected.total);
    expect(lines).toContain(
      `events in     12 (sent ${expected.total.toLocaleString('en')}, ${expected.late} of them late)`,
    );
    expect(lines).toContain(`stored        10 (expected ${expected.stored.toLocaleString('en')})`);
    expect(lines).toContain(`duplicates    2 (expected ${expected.duplicates.toLocaleString('en')})`);
    expect(lines).toContain('sales         gross 33495.63, net 30000.00, total 36000.00, collected 35000.00 EUR');
    expect(lines).toContain('sessions      6,441, conversion rate 3.29 %');
    expect(lines).toContain('unconverted   38 orders in other currencies are left out for want of a rate');
    const url = new URL(asked[0]!.url, outputs.apiUrl);
    expect(url.pathname).toBe('/api/v1/analytics/dashboard/overview');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      from: '2026-10-25T14:30:00.000Z',
      to: '2026-11-22T14:31:00.000Z',
    });
    expect(asked[0]!.headers.authorization).toBe('Bearer reader');
    expect(period.to.toISOString()).toBe('2026-11-22T14:31:00.000Z');
  });

  it('leaves a database with events as it is, and says so', async () => {
    await sql`select ensure_event_partitions(array['2026-11-01T00:00:00Z'::timestamptz])`;
    await sql`insert into analytics_events (event_source, event_id, event_type, schema_version, occurred_at, data)
              values ('/shop', 'e1', 'analytics.page_view', 'v1', '2026-11-01T00:00:00Z', '{}')`;
    const before = bus.requests.length;

    const { lines } = await run();

    expect(bus.requests).toHaveLength(before);
    expect(lines[0]).toBe('sample not sent: this data directory holds 1 event already (--reset begins anew)');
    expect(lines).toContain('orders        548 placed, 19 cancelled, average 61.1200 EUR');
  });
});
