import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { answer } from '../../functions/query/routes/revenue.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

const now = new Date('2026-06-30T12:00:00Z');
let db: TestDatabase;
let reader: Sql;

const at = (time: string) => ({ time: `2026-06-${time}Z` });
const order = (id: string, time: string, data: object) =>
  makeEvent(
    'orders.order.status_changed',
    { order_id: id, status: 'created', currency: 'EUR', channel: 'web', ...data },
    at(time),
  );
const one = (price: number) => [{ product_id: 'mug', quantity: 1, unit_price: price }];

const events = [
  order('a', '08T10:00:00', { items: one(100), country: 'DE', tax_amount: 19, shipping_amount: 5 }),
  order('b', '09T10:00:00', { items: one(50), discount_amount: 10, channel: 'app' }),
  order('c', '11T10:00:00', { total_amount: '300.125', items: [] }),
  makeEvent('orders.order.status_changed', { order_id: 'a', status: 'cancelled' }, at('10T10:00:00')),
  makeEvent(
    'returns.return.status_changed',
    { return_id: 'r', order_id: 'b', status: 'refunded', refund_amount: 15, currency: 'EUR' },
    at('12T10:00:00'),
  ),
  // in the cancellation already
  makeEvent(
    'returns.return.status_changed',
    { return_id: 's', order_id: 'a', status: 'refunded', refund_amount: 100, currency: 'EUR' },
    at('12T10:00:00'),
  ),
  makeEvent(
    'payments.payment.confirmed',
    { payment_id: 'p', order_id: 'c', amount: 300, currency: 'EUR', method: 'card' },
    at('11T11:00:00'),
  ),
  makeEvent(
    'payments.payment.confirmed',
    { payment_id: 'q', order_id: 'b', amount: 40, currency: 'EUR' },
    at('10T11:00:00'),
  ),
];

beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  reader = db.connect('analytics_query', { max: 1 });
  const limits = { now, rawRetentionDays: 90, maxFutureHours: 24 };
  const { ingest, letters } = makeIngestion(db.connect('analytics_ingest'), { limits });
  await ingest(events);
  expect(letters).toEqual([]);
  await aggregateWindows(db.connect(), { zone: 'UTC', limit: 1000 });
});
afterAll(() => db.drop());

async function ask(query: string) {
  const request = { query: new URLSearchParams(query), database: () => reader, timeZone: 'UTC', currency: 'EUR', now };
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
  return (await answer(request)).body as any;
}
const perDay = (series: readonly Record<string, unknown>[], name: string) =>
  Object.fromEntries(series.map((row) => [String(row.bucket).slice(8, 10), row[name]]));

test('by processed date, cancellations and returns are booked when they happen', async () => {
  const { data } = await ask('from=2026-06-10&to=2026-06-13');
  expect(perDay(data.series, 'cancellations')).toEqual({ 10: '100.00', 11: '0.00', 12: '0.00' });
  expect(perDay(data.series, 'returns')).toEqual({ 10: '0.00', 11: '0.00', 12: '15.00' });
  expect(data.totals).toMatchObject({ gross: '300.125', net: '185.125', orders: 1, averageOrderValue: '300.1250' });
});

test('by order date, they are booked on the day of their order', async () => {
  const { data } = await ask('from=2026-06-08&to=2026-06-10&lens=order_date');
  expect(perDay(data.series, 'cancellations')).toEqual({ '08': '100.00', '09': '0.00' });
  expect(perDay(data.series, 'returns')).toEqual({ '08': '0.00', '09': '15.00' });
  expect(data.totals).toMatchObject({ gross: '150.00', net: '25.00', tax: '19.00', shipping: '5.00', total: '49.00' });
});

test('groups carry their name in every bucket, the largest first', async () => {
  const { data } = await ask('from=2026-06-08&to=2026-06-12&groupBy=channel');
  expect(
    data.series.map(
      ({ bucket, channel, gross }: Record<string, string>) => `${bucket?.slice(8, 10)} ${channel} ${gross}`,
    ),
  ).toEqual([
    ...['08 web 100.00', '08 app 0.00', '09 web 0.00', '09 app 50.00'],
    ...['10 web 0.00', '10 app 0.00', '11 web 300.125', '11 app 0.00'],
  ]);
  expect(data.byCountry.map(({ country, gross }: Record<string, string>) => `${country} ${gross}`)).toEqual([
    'unknown 350.125',
    'DE 100.00',
  ]);
});

test('payment methods, the largest first, as payments came in', async () => {
  const expected = [
    { method: 'card', payments: 1, collected: '300.00' },
    { method: 'unknown', payments: 1, collected: '40.00' },
  ];
  expect((await ask('from=2026-06-10&to=2026-06-12')).data.byPaymentMethod).toEqual(expected);
  expect((await ask('from=2026-06-10T00:10:00Z&to=2026-06-11T11:10:00Z')).data.byPaymentMethod).toEqual(expected);
});

test('compare adds the totals of the period before, and the change from them', async () => {
  const { data } = await ask('from=2026-06-10&to=2026-06-12&compare=previous_period');
  expect(data.previous).toMatchObject({
    period: { from: '2026-06-08T00:00:00+00:00', to: '2026-06-10T00:00:00+00:00' },
    totals: { gross: '150.00', orders: 2 },
  });
  expect(data.change).toMatchObject({
    gross: 1.0008,
    discounts: -1,
    cancellations: null,
    orders: -0.5,
    averageOrderValue: 3.2875,
  });
  expect((await ask('from=2026-06-10&to=2026-06-12')).data).not.toHaveProperty('change');
});

test('movements left out for want of a rate are counted by kind', async () => {
  const { data, meta } = await ask('from=2026-06-08&to=2026-06-13&currency=USD&compare=previous_period');
  expect(data.totals).toMatchObject({ gross: '0.00', returns: '0.00', collected: '0.00', orders: 0 });
  expect(meta.unconverted).toBe(3);
  expect(meta.notes).toEqual([expect.stringMatching(/3 orders placed, 1 cancellations, 2 payments, 1 refunds$/)]);
});
