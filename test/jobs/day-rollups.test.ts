import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent, type TestEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

let db: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  sql = db.connect();
});
afterAll(() => db.drop());

const now = new Date('2026-06-30T12:00:00Z');
const at = (time: string) => ({ time: `2026-06-${time}:00:00Z` });
const view = (session: string, time: string, more: object = {}) =>
  makeEvent('analytics.product_view', { session_id: session, product_id: 'mug', ...more }, at(time));
const page = (time: string, data: object) =>
  makeEvent('analytics.page_view', { session_id: 'p', page_url: 'https://shop.example/', ...data }, at(time));
const payment = (time: string) =>
  makeEvent('payments.payment.confirmed', { payment_id: 'y', order_id: 'o', amount: 5, currency: 'EUR' }, at(time));
const add = (session: string, time: string) =>
  makeEvent('analytics.cart_changed', { session_id: session, product_id: 'mug', action: 'add', quantity: 1 }, at(time));
const order = (status: string, time: string, data: object) =>
  makeEvent('orders.order.status_changed', { order_id: 'o', status, ...data }, at(time));
const items = (product: string, category?: string) => ({
  items: [{ product_id: product, quantity: 2, unit_price: '5', category_id: category }],
});
const created = (time: string, data: object) =>
  order('created', time, { currency: 'EUR', total_amount: 1, ...items('cup'), ...data });
const refund = (time: string, data: object) =>
  makeEvent(
    'returns.return.status_changed',
    { return_id: 'r', order_id: 'o', status: 'refunded', refund_amount: 5, currency: 'EUR', ...data },
    at(time),
  );

/** What is rolled up already, and what comes later and belongs to an hour that nothing else marks. */
const histories: Readonly<
  Record<string, { readonly first: readonly TestEvent[]; readonly later: readonly TestEvent[] }>
> = {
  'a cart in a session that only saw': { first: [view('s', '10T10')], later: [add('s', '12T10')] },
  'a category of a view': { first: [view('s', '10T10')], later: [view('s', '12T10', { category_id: 'cups' })] },
  'a session that began the day before': {
    first: [view('s', '10T10')],
    later: [makeEvent('analytics.page_view', { session_id: 's', page_url: 'https://shop.example/' }, at('09T10'))],
  },
  'a session that carries a channel': {
    first: [view('s', '10T10')],
    later: [
      makeEvent(
        'analytics.page_view',
        { session_id: 's', channel: 'app', page_url: 'https://shop.example/' },
        at('12T10'),
      ),
    ],
  },
  'the creation of an order that was known': {
    first: [view('s', '10T10'), order('paid', '14T10', { sequence: 3, session_id: 's', ...items('mug') })],
    later: [created('13T10', { sequence: 1 })],
  },
  'the session of an order': {
    first: [view('s', '10T10'), created('13T10', items('mug'))],
    later: [order('paid', '14T10', { session_id: 's' })],
  },
  'the order of another session': {
    first: [view('s', '10T10'), view('t', '11T10'), created('13T10', { session_id: 's', ...items('mug') })],
    later: [order('paid', '14T10', { sequence: 2, session_id: 't' })],
  },
  'other lines of the same worth': {
    first: [view('s', '10T10'), created('13T10', { session_id: 's' }), refund('16T10', items('mug'))],
    later: [order('paid', '14T10', { sequence: 2, ...items('mug', 'cups') })],
  },
  'other lines sent back': {
    first: [created('13T10', {}), refund('16T10', items('cup'))],
    later: [refund('17T10', items('mug'))],
  },
  'an event between two days of a customer': {
    first: [page('10T10', { customer_id: 'c' }), page('20T10', { customer_id: 'c' })],
    later: [page('15T10', { customer_id: 'c', session_id: 'q' })],
  },
  'the customer of an order with events before': {
    first: [payment('09T10'), page('20T10', { customer_id: 'c' })],
    later: [created('13T10', { customer_id: 'c' })],
  },
  'another customer of an order': {
    first: [created('10T10', { customer_id: 'c' }), payment('12T10'), page('20T10', { customer_id: 'd' })],
    later: [order('paid', '14T10', { sequence: 2, customer_id: 'd' })],
  },
  'an order between two orders of a customer': {
    first: [
      created('10T10', { customer_id: 'c', order_id: 'a' }),
      created('20T10', { customer_id: 'c', order_id: 'b' }),
    ],
    later: [created('15T10', { customer_id: 'c' })],
  },
  'an order created on an earlier day': {
    first: [created('12T10', { customer_id: 'c' }), created('20T10', { customer_id: 'c', order_id: 'b' })],
    later: [created('10T10', { customer_id: 'c' })],
  },
  'a session without products that began the day before': {
    first: [page('10T10', {})],
    later: [page('09T10', {})],
  },
  'a session without products that carries a channel': {
    first: [page('10T10', {})],
    later: [page('12T10', { channel: 'app' })],
  },
  'an order without lines in a session': {
    first: [page('10T10', {})],
    later: [created('12T10', { session_id: 'p', items: [] })],
  },
};

async function store(events: readonly TestEvent[]): Promise<void> {
  const { ingest, letters } = makeIngestion(db.connect('analytics_ingest', { max: 1 }), {
    limits: { now, rawRetentionDays: 90, maxFutureHours: 24 },
  });
  expect(await ingest(events)).toMatchObject({ failedIds: [] });
  expect(letters).toEqual([]);
  await aggregateWindows(sql, { zone: 'UTC', limit: 10_000 });
}

const tables = [
  ...['product_performance', 'category_performance', 'catalogue'],
  ...['dashboard_overview', 'customer_days', 'customer_recency'],
];

async function readRollups(): Promise<string[]> {
  const rows = await Promise.all(
    tables.map((table) => sql`select to_jsonb(t)::text as row from ${sql(table)} t order by 1`),
  );
  return rows.flat().map(({ row }) => row);
}

test.each(Object.entries(histories))('%s marks the days that it changes', async (_, { first, later }) => {
  await sql`
    truncate processed_events, analytics_events, dirty_windows, dirty_sessions, orders, order_lines, payments, returns, return_lines,
      sessions, session_products, active_users, ${sql(tables)}`;
  await store(first);
  const before = await readRollups();
  await store(later);
  const kept = await readRollups();
  expect(kept).not.toEqual(before);
  for (const table of tables) await sql`delete from ${sql(table)}`;
  await sql`insert into dirty_windows (hour) select generate_series('2026-06-01'::timestamptz, '2026-06-30', '1 hour')`;
  await aggregateWindows(sql, { zone: 'UTC', limit: 10_000 });
  expect(kept).toEqual(await readRollups());
});
