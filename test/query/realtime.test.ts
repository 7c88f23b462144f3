import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BadParameter } from '#core/problem.ts';
import { answerConditionally } from '../../functions/query/answer-conditionally.ts';
import * as realtime from '../../functions/query/routes/realtime.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

const now = new Date('2026-06-30T12:00:00Z');
let db: TestDatabase;
let reader: Sql;

const at = (time: string) => ({ time: `2026-06-30T${time}Z` });
const order = (id: string, time: string, data: object) =>
  makeEvent('orders.order.status_changed', { order_id: id, status: 'created', currency: 'EUR', ...data }, at(time));
const view = (session: string, time: string, page_url: string) =>
  makeEvent('analytics.page_view', { session_id: session, page_url }, at(time));

const customer = 'wilhelmina-4711';
const canaries = { customer_name: 'Zebedee Quux', email: 'zebedee@quux.example', phone: '+49 151 23456789' };
const events = [
  order('o-1', '11:59:00', {
    ...{ customer_id: customer, country: 'DE', ip_address: '203.0.113.77', ...canaries },
    shipping_address: { line1: 'Quuxstreet 9', city: 'Ulm' },
    items: [{ product_id: 'mug', quantity: 2, unit_price: '5.50' }],
  }),
  // without its total: what it comes to
  order('o-2', '11:59:00', {
    ...{ currency: 'JPY', customer_id: 'x', tax_amount: 30, discount_amount: 10 },
    items: [{ product_id: 'mug', quantity: 1, unit_price: '500' }],
  }),
  order('too early', '11:54:59.999', { total_amount: 7, items: [] }),
  order('too late', '12:00:00', { total_amount: 7, items: [] }),
  view('s-1', '11:58:00', 'https://shop.example/account/zebedee@quux.example?utm_source=x&email=zebedee@quux.example'),
  view('s-1', '11:58:30', 'https://shop.example'),
  view('s-2', '11:58:30', '/?utm_source=x'),
  view('s-3', '11:40:00', 'https://shop.example/'),
];

beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  reader = db.connect('analytics_query', { max: 1 });
});
afterAll(() => db.drop());

async function ask(query: string, options: { readonly now?: Date; readonly ifNoneMatch?: string } = {}) {
  const request = {
    ...{ query: new URLSearchParams(query), database: () => reader, timeZone: 'UTC', currency: 'EUR', now, ...options },
    ...{ routeKey: 'GET /api/v1/analytics/realtime', ifNoneMatch: options.ifNoneMatch },
  };
  const { status, body, headers } = await answerConditionally(request, realtime);
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
  return { status, etag: String(headers?.etag), body: body as any };
}

test('before anything was sent, counts are null and notes say what would supply them', async () => {
  const { body } = await ask('');
  expect(body.data).toEqual({
    ...{ windowMinutes: 30, activeSessions: null, activeCustomers: null, pageViews: null, orders: 0, gross: '0.00' },
    ...{ eventsPerSecond: 0, ingestLagSeconds: null, topPages: null, liveOrders: [] },
  });
  expect(body.meta.notes.join()).toMatch(/analytics\.page_view.*customers\.customer\.updated/);
});

describe('with events', () => {
  beforeAll(async () => {
    const writer = db.connect();
    const { ingest } = makeIngestion(writer, { limits: { now, rawRetentionDays: 90, maxFutureHours: 24 } });
    await ingest(events);
    await writer`update analytics_events set received_at = occurred_at + interval '1.5 s'`;
  });

  test('the window is of the minutes before now, and what is dated later waits for its time', async () => {
    const { body } = await ask('window=5');
    expect(body.meta.period).toMatchObject({ from: '2026-06-30T11:55:00+00:00', to: '2026-06-30T12:00:00+00:00' });
    expect(body.data).toMatchObject({
      ...{ windowMinutes: 5, activeSessions: 2, activeCustomers: 2, pageViews: 3, orders: 1, gross: '11.00' },
      ...{ eventsPerSecond: 0.0167, ingestLagSeconds: 1.5 },
      topPages: [
        { path: '/', views: 2 },
        { path: '/account/***', views: 1 },
      ],
      liveOrders: [
        { orderId: 'o-2', total: '520', currency: 'JPY', customer: '***', country: null, status: 'created' },
        { orderId: 'o-1', total: '11.00', currency: 'EUR', customer: 'wil***', country: 'DE' },
      ],
    });
    expect(body.meta.unconverted).toBe(1);
    expect(body.meta.freshness).toMatchObject({ pendingWindows: 0, complete: true });

    const later = await ask('window=1', { now: new Date('2026-06-30T12:00:01Z') });
    expect(later.body.data.liveOrders).toMatchObject([{ orderId: 'too late' }]);
  });

  test('nothing personal is in the answer', async () => {
    const text = JSON.stringify((await ask('window=60')).body).toLowerCase();
    expect(text).not.toMatch(/zebedee|quux|23456789|203\.0|4711|ulm/);
  });

  test('pages of live orders, the newest first, end', async () => {
    const ids: string[] = [];
    let cursor = '';
    for (let page = 0; page < 9 && cursor !== 'null'; page++) {
      const { body } = await ask(`window=60&limit=1${cursor && `&cursor=${cursor}`}`);
      expect(body.data.orders).toBe(2); // of all pages
      ids.push(...body.data.liveOrders.map(({ orderId }: { orderId: string }) => orderId));
      cursor = String(body.meta.nextCursor);
    }
    expect(ids).toEqual(['o-2', 'o-1', 'too early']);
  });

  test('the tag outlives the moment, and changes with the figures', async () => {
    const { etag } = await ask('window=10');
    const sooner = await ask('window=10', { now: new Date(now.getTime() - 1), ifNoneMatch: etag });
    expect(sooner.status).toBe(304);
    const later = await ask('window=10', { now: new Date(now.getTime() + 1), ifNoneMatch: etag });
    expect(later.status).toBe(200);
  });
});

test.each([
  ['window=0', 'window'],
  ['window=61', 'window'],
  ['window=1.5', 'window'],
  ['window=', 'window'],
  ['from=2026-01-01', 'from'],
  ['granularity=day', 'granularity'],
  ['limit=501', 'limit'],
  [`cursor=${Buffer.from('["now","o-1"]').toString('base64url')}`, 'cursor'],
  ['cursor=x', 'cursor'],
])('%s is refused by name', async (query, parameter) => {
  const refused = ask(query);
  await expect(refused).rejects.toThrow(BadParameter);
  await expect(refused).rejects.toMatchObject({ problem: { parameter } });
});

test('ranges of the stored events are summarized as they fill, so that no answer reads a month', async () => {
  const owner = db.connect();
  const options = await owner<{ options: string[] }[]>`
    select reloptions as options from pg_class c join pg_inherits on inhrelid = c.oid
    where inhparent = 'analytics_events_occurred_at_idx'::regclass`;
  expect(options.length).toBeGreaterThan(0);
  for (const { options: set } of options) expect(set).toContain('autosummarize=on');
});
