import fc from 'fast-check';
import type { Sql } from 'postgres';
import { expect } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { makeEvent, type TestEvent } from './events.ts';
import { makeIngestion } from './ingestion.ts';

const tables = ['orders', 'order_lines', 'payments', 'shipments', 'shipment_lines', 'returns', 'return_lines'];
const more = [
  'sessions',
  'session_products',
  'visitor_identities',
  'customers',
  'stock',
  'spend',
  'active_users',
  'active_channels',
  'hourly_metrics',
  'daily_metrics',
  'revenue_by_source',
  'product_performance',
  'category_performance',
  'catalogue',
  'dashboard_overview',
  'customer_days',
  'customer_recency',
];

/** Everything that must not depend on how events came, as text; aggregated as it would be minutes later. */
async function finalState(sql: Sql, batches: readonly (readonly TestEvent[])[]): Promise<Record<string, string[]>> {
  await sql`truncate processed_events, analytics_events, dirty_windows, dirty_sessions, event_sequence_tracking, ${sql([...tables, ...more])}`;
  for (const [index, batch] of batches.entries()) {
    const { ingest, failures } = makeIngestion(sql);
    await ingest(batch);
    expect(failures).toEqual([]);
    // Aggregation between any two batches must not leave anything behind
    if (index % 2 === 0) await aggregateWindows(sql, { zone: 'Asia/Kolkata', limit: 10_000 });
  }
  await aggregateWindows(sql, { zone: 'Asia/Kolkata', limit: 10_000 });
  const state: Record<string, string[]> = {};
  for (const table of [...tables, ...more]) {
    const rows = await sql<{ row: string }[]>`select to_jsonb(t)::text as row from ${sql(table)} t order by 1`;
    state[table] = rows.map(({ row }) => row);
  }
  const seen = await sql`select aggregate_id, seen::text, missing::text from event_sequence_tracking order by 1`;
  state.seen = seen.map((row) => JSON.stringify(row));
  return state;
}

const at = (minutes: number) => ({ time: new Date(Date.UTC(2026, 10, 1) + minutes * 60_000).toISOString() });
const item = { product_id: 'p1', quantity: 1, unit_price: '10.00' };
const order = (minutes: number, sequence: number, data: object) =>
  makeEvent('orders.order.status_changed', { order_id: 'o1', sequence, ...data }, at(minutes));

/** One order whose versions contradict each other, with all that can hang on an order. */
const events: TestEvent[] = [
  order(10, 1, { status: 'created', currency: 'EUR', channel: 'web', country: 'DE', items: [item], session_id: 's1' }),
  order(5, 2, { status: 'created', currency: 'EUR', items: [item, { ...item, product_id: 'p2' }], customer_id: 'c1' }),
  order(700, 3, { status: 'cancelled', channel: 'app' }),
  order(400, 4, { status: 'cancelled' }),
  order(900, 6, { status: 'paid', country: 'FR', discount_amount: '1.5' }),
  order(900, 6, { status: 'confirmed', country: 'IT' }), // same version but for source and id
  makeEvent(
    'payments.payment.confirmed',
    { payment_id: 'y1', order_id: 'o1', amount: 20, currency: 'EUR', method: 'card' },
    at(30),
  ),
  makeEvent('payments.payment.confirmed', { payment_id: 'y1', order_id: 'o1', amount: 21, currency: 'EUR' }, at(95)),
  makeEvent(
    'shipping.shipment.status_changed',
    { shipment_id: 'h1', order_id: 'o1', status: 'delivered', items: [{ ...item }] },
    at(800),
  ),
  makeEvent(
    'shipping.shipment.status_changed',
    { shipment_id: 'h1', order_id: 'o1', status: 'handed_over', sequence: 2 },
    at(200),
  ),
  makeEvent(
    'returns.return.status_changed',
    { return_id: 'r1', order_id: 'o1', status: 'refunded', refund_amount: 4, currency: 'EUR', items: [item] },
    at(1500),
  ),
  makeEvent(
    'returns.return.status_changed',
    { return_id: 'r1', order_id: 'o1', status: 'refunded', refund_amount: 5, currency: 'EUR' },
    at(1400),
  ),
  makeEvent(
    'returns.return.status_changed',
    { return_id: 'r2', order_id: null, status: 'refunded', refund_amount: 3, currency: 'USD' },
    at(60),
  ),
  makeEvent('analytics.page_view', { session_id: 's1', page_url: 'https://shop.example/a', channel: 'web' }, at(1)),
  makeEvent(
    'analytics.cart_changed',
    { session_id: 's1', product_id: 'p1', action: 'add', quantity: 1, channel: 'app' },
    at(3),
  ),
  // A session's origin is its earliest campaign or referrer, however they come, and an anonymous id of two customers nobody's
  makeEvent(
    'analytics.page_view',
    {
      ...{
        session_id: 's1',
        page_url: 'https://shop.example/b?utm_source=mail',
        anonymous_id: 'a1',
        customer_id: 'c1',
      },
      referrer: 'https://www.google.com/',
    },
    at(8),
  ),
  makeEvent(
    'analytics.product_view',
    {
      session_id: 's1',
      product_id: 'p1',
      anonymous_id: 'a1',
      customer_id: 'c2',
      utm: { source: 'google', medium: 'cpc' },
    },
    at(8),
  ),
  makeEvent(
    'analytics.page_view',
    { session_id: 's1', page_url: 'https://shop.example/c', anonymous_id: 'a2', customer_id: 'c2', referrer: '' },
    at(7),
  ),
  makeEvent(
    'analytics.product_view',
    { session_id: 's1', product_id: 'p2', category_id: 'hats', channel: 'web' },
    at(60),
  ),
  makeEvent('analytics.product_view', { session_id: 's1', product_id: 'p2', category_id: 'shoes' }, at(-1500)),
  makeEvent('customers.customer.updated', { customer_id: 'c1', country: 'DE' }, at(0)),
  makeEvent('customers.customer.updated', { customer_id: 'c1', country: 'AT', marketing_opt_in: false }, at(2)),
  makeEvent('inventory.stock.changed', { product_id: 'p1', warehouse_id: 'w1', on_hand: 5, sequence: 2 }, at(9)),
  makeEvent('inventory.stock.changed', { product_id: 'p1', warehouse_id: 'w1', on_hand: 9, sequence: 1 }, at(99)),
  makeEvent('marketing.spend.recorded', { spend_date: '2026-11-01', amount: 7, currency: 'EUR', campaign: 'x' }, at(4)),
];

/** Asserts that `runs` random permutations, repetitions and batchings of the events all end in one state. */
export async function expectOneFinalState(
  sql: Sql,
  { runs, seed }: { readonly runs: number; readonly seed?: number },
): Promise<void> {
  const expected = await finalState(sql, [events]);
  expect(expected.hourly_metrics).toHaveLength(4);
  const anyArrival = fc.record({
    arrivals: fc.shuffledSubarray([...events, ...events], { minLength: 2 * events.length }),
    cuts: fc.array(fc.nat(2 * events.length), { maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(anyArrival, async ({ arrivals, cuts }) => {
      const borders = [0, ...cuts.sort((a, b) => a - b), arrivals.length];
      const batches = borders.slice(1).map((end, index) => arrivals.slice(borders[index], end));
      expect(await finalState(sql, batches)).toEqual(expected);
    }),
    { numRuns: runs, seed },
  );
}
