import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { answer } from '../../functions/query/routes/dashboard-overview.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

const now = new Date('2026-06-30T12:00:00Z');
let db: TestDatabase;
let reader: Sql;

const at = (time: string) => ({ time: `2026-06-${time}Z` });
const order = (id: string, time: string, data: object) =>
  makeEvent('orders.order.status_changed', { order_id: id, status: 'created', currency: 'EUR', ...data }, at(time));
const line = (product: string, quantity: number, price: string, name?: string) => ({
  ...{ product_id: product, quantity, unit_price: price, name },
});

const events = [
  order('early', '10T10:00:00', { customer_id: 'anna', channel: 'web', items: [line('mug', 1, '8.00', 'Old mug')] }),
  order('first', '20T10:00:00', {
    ...{ customer_id: 'anna', session_id: 'visit-1', channel: 'web', country: 'DE' },
    items: [line('mug', 2, '10.50', 'Mug'), line('pen', 10, '1.001')],
  }),
  order('second', '21T23:30:00', { customer_id: 'ben', channel: 'app', items: [line('mug', 1, '10.50', 'Blue mug')] }),
  // in a currency without a rate: in no sum, but Cleo is a new customer
  order('dollars', '21T09:00:00', { customer_id: 'cleo', currency: 'USD', items: [line('pen', 100, '5')] }),
  makeEvent(
    'payments.payment.confirmed',
    { payment_id: 'p', order_id: 'first', amount: '31.01', currency: 'EUR' },
    at('22T08:00:00'),
  ),
  // of an order whose customer is known, though the event names none
  makeEvent(
    'payments.payment.confirmed',
    { payment_id: 'q', order_id: 'early', amount: 8, currency: 'EUR' },
    at('25T08:20:00'),
  ),
  makeEvent(
    'analytics.page_view',
    { session_id: 'visit-1', page_url: 'https://shop.example/', channel: 'web' },
    at('20T09:50:00'),
  ),
  makeEvent(
    'analytics.page_view',
    { session_id: 'visit-2', page_url: 'https://shop.example/', customer_id: 'dora' },
    at('20T09:55:00'),
  ),
  makeEvent(
    'analytics.page_view',
    { session_id: 'visit-3', page_url: 'https://shop.example/', channel: 'web' },
    at('19T23:59:59'),
  ),
];

beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  reader = db.connect('analytics_query', { max: 1 });
});
afterAll(() => db.drop());

async function ask(query: string) {
  const request = { query: new URLSearchParams(query), database: () => reader, timeZone: 'UTC', currency: 'EUR', now };
  const { status, body } = await answer(request);
  expect(status).toBe(200);
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
  return body as any;
}

describe('before anything was sent', () => {
  test('sums are 0, what needs an input that never came is null, and notes say what would supply it', async () => {
    const { data, meta } = await ask('compare=previous_period');
    expect(data).toMatchObject({
      sales: { gross: '0.00', net: '0.00', total: '0.00', collected: '0.00' },
      orders: { placed: 0, cancelled: 0, averageOrderValue: null },
      customers: { active: null, new: null, returning: null },
      ...{ sessions: null, conversionRate: null, topProducts: [], topChannels: [] },
      change: { sales: { gross: null }, customers: { active: null }, sessions: null, conversionRate: null },
    });
    expect(meta).toEqual({
      period: {
        ...{ from: '2026-05-31T00:00:00+00:00', to: '2026-06-30T00:00:00+00:00' },
        ...{ timezone: 'UTC', granularity: 'day' },
      },
      ...{ currency: 'EUR', asOf: now.toISOString(), unconverted: 0 },
      freshness: { newestEventAt: null, lagSeconds: null, pendingWindows: 0, complete: true },
      notes: expect.arrayContaining([expect.stringContaining('analytics.page_view')]),
    });
    expect(meta.notes).toHaveLength(5);
  });
});

describe('with a shop’s events', () => {
  beforeAll(async () => {
    const limits = { now, rawRetentionDays: 90, maxFutureHours: 24 };
    const { ingest, letters } = makeIngestion(db.connect('analytics_ingest'), { limits });
    expect(await ingest(events)).toMatchObject({ failedIds: [] });
    expect(letters).toEqual([]);
  });

  test('says that hours before the period’s end are not aggregated yet', async () => {
    const { meta } = await ask('from=2026-06-20&to=2026-06-23');
    expect(meta.freshness).toMatchObject({ pendingWindows: 7, complete: false });
    await aggregateWindows(db.connect(), { zone: 'UTC', limit: 1000 });
    expect((await ask('')).meta.freshness).toEqual({
      ...{ newestEventAt: '2026-06-25T08:20:00.000Z', lagSeconds: 445_200 },
      ...{ pendingWindows: 0, complete: true },
    });
  });

  test('every figure of the period', async () => {
    const { data, meta } = await ask('from=2026-06-20&to=2026-06-23');
    expect(data).toEqual({
      sales: {
        ...{ gross: '41.51', discounts: '0.00', cancellations: '0.00', returns: '0.00', net: '41.51' },
        ...{ tax: '0.00', shipping: '0.00', total: '41.51', collected: '31.01' },
      },
      orders: { placed: 2, cancelled: 0, averageOrderValue: '20.7550' },
      customers: { active: 4, new: 2, returning: 1 },
      ...{ sessions: 2, conversionRate: 0.5 },
      topProducts: [
        { productId: 'mug', name: 'Blue mug', units: 3, gross: '31.50' },
        { productId: 'pen', name: null, units: 10, gross: '10.01' },
      ],
      topChannels: [
        { channel: 'web', orders: 1, net: '31.01' },
        { channel: 'app', orders: 1, net: '10.50' },
        { channel: 'unknown', orders: 0, net: '0.00' },
      ],
    });
    expect(meta.unconverted).toBe(1);
    expect(meta.notes).toContainEqual(expect.stringMatching(/exchange rate.*1 orders placed/));
  });

  test('change compares with the period before, under the same keys', async () => {
    const { data } = await ask('from=2026-06-20&to=2026-06-30&compare=previous_period');
    expect(data.change).toEqual({
      sales: {
        ...{ gross: 4.1888, discounts: null, cancellations: null, returns: null, net: 4.1888 },
        ...{ tax: null, shipping: null, total: 4.1888, collected: null },
      },
      orders: { placed: 1, cancelled: null, averageOrderValue: 1.5944 },
      customers: { active: 3, new: 1, returning: null },
      ...{ sessions: 1, conversionRate: null },
    });
  });

  test('channel= restricts every figure', async () => {
    const { data } = await ask('from=2026-06-20&to=2026-06-23&channel=web');
    expect(data).toMatchObject({
      ...{ sales: { gross: '31.01' }, orders: { placed: 1 }, sessions: 1, conversionRate: 1 },
      customers: { active: 1, new: 0, returning: 1 },
      topProducts: [{ productId: 'mug', units: 2, name: 'Blue mug' }, { productId: 'pen' }],
      topChannels: [{ channel: 'web' }],
    });
  });

  test('a rate of the day converts, and unconverted counts no more', async () => {
    await db.connect()`insert into fx_rates values ('2026-06-21', 'USD', 'EUR', 0.9, 'test')`;
    const { data, meta } = await ask('from=2026-06-20&to=2026-06-23');
    expect(data.sales.gross).toBe('491.51');
    expect(data.topProducts[0]).toMatchObject({ productId: 'pen', units: 110, gross: '460.01' });
    expect(meta.unconverted).toBe(0);
    const yen = await ask('from=2026-06-20&to=2026-06-23&currency=JPY');
    expect(yen.data.sales.gross).toBe('0');
    expect(yen.meta.unconverted).toBe(3);
  });

  test.each([
    ['2026-06-25T08:20:00Z', '2026-06-25T08:20:01Z', 1],
    ['2026-06-25T08:20:01Z', '2026-06-25T10:00:00Z', 0],
    ['2026-06-20T09:52:00Z', '2026-06-22T08:30:00Z', 4],
    ['2026-06-20T09:57:00Z', '2026-06-21T09:00:00Z', 1],
  ])('active customers from %s to %s are counted by the events themselves amid an hour', async (from, to, active) => {
    expect((await ask(`from=${from}&to=${to}`)).data.customers.active).toBe(active);
  });

  test('over whole hours every figure outlives the raw events', async () => {
    const questions = ['', 'web', 'app', 'unknown'].map(
      (channel) => `from=2026-06-20&to=2026-06-26${channel && `&channel=${channel}`}`,
    );
    const answers = async () => {
      const all = [];
      for (const question of questions) all.push((await ask(question)).data);
      return all;
    };
    const before = await answers();
    expect(before.map(({ customers }) => customers.active)).toEqual([4, 1, 1, 2]);
    await db.connect()`truncate analytics_events`;
    expect(await answers()).toEqual(before);
  });

  test.each([
    ['an order without lines in a session of an earlier day', { session_id: 'visit-2' }, '27T10:00:00'],
    ['a first order that arrives late, before the period', { customer_id: 'ben' }, '12T10:00:00'],
  ])('%s leaves the answer incomplete until it is aggregated', async (name, data, time) => {
    const period = 'from=2026-06-20&to=2026-06-26';
    const before = await ask(period);
    expect(before.meta.freshness.complete).toBe(true);
    const late = order(name, time, { ...data, items: [], total_amount: '1' });
    await makeIngestion(db.connect('analytics_ingest'), {
      limits: { now, rawRetentionDays: 90, maxFutureHours: 24 },
    }).ingest([late]);
    expect((await ask(period)).meta.freshness.complete).toBe(false);
    await aggregateWindows(db.connect('analytics_jobs'), { zone: 'UTC', limit: 10_000 });
    const after = await ask(period);
    expect(after.meta.freshness.complete).toBe(true);
    expect([after.data.customers, after.data.conversionRate]).not.toEqual([
      before.data.customers,
      before.data.conversionRate,
    ]);
  });
});
