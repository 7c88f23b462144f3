import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answer } from '../../functions/query/routes/returns.ts';
import { makeEvent } from '../setup/events.ts';
import { at, makeOrder, openShop, type Shop } from './open-shop.ts';

const order = (id: string, time: string, data: object = {}) => makeOrder(id, time, { channel: 'web', ...data });
const line = (product: string, quantity: number, price: number, data: object = {}) => ({
  ...{ product_id: product, quantity, unit_price: price, ...data },
});
const refund = (id: string, orderId: string | null, time: string, data: object) =>
  makeEvent(
    'returns.return.status_changed',
    { return_id: id, order_id: orderId, status: 'refunded', currency: 'EUR', ...data },
    at(time),
  );

const events = [
  order('a', '08T10:00:00', { items: [line('mug', 4, 10, { name: 'Old mug', category_id: 'kitchen' })] }),
  order('b', '10T10:00:00', { items: [line('mug', 2, 10, { name: 'Mug' }), line('hat', 1, 30)], discount_amount: 10 }),
  order('c', '10T12:00:00', { items: [line('pen', 7, 10)], channel: 'app' }),
  makeEvent('orders.order.status_changed', { order_id: 'c', status: 'cancelled' }, at('10T13:00:00')),
  order('dollars', '10T12:00:00', { items: [line('pen', 7, 10)], currency: 'USD' }),
  refund('r1', 'a', '10T22:00:00', {
    ...{ refund_amount: '25.50', cost_amount: 4, reason: 'broken' },
    items: [{ product_id: 'mug', quantity: 2, amount: '20.25' }],
  }),
  refund('r2', 'a', '11T10:00:00', { refund_amount: 5, items: [{ product_id: 'mug', quantity: 1 }] }),
  // the money back of a cancelled order counts here, and here only
  refund('r3', 'c', '11T12:00:00', { refund_amount: 70, reason: 'broken' }),
  refund('r4', null, '11T12:00:00', { refund_amount: 1, items: [{ product_id: 'hat', quantity: 3, amount: 1 }] }),
  refund('r5', 'dollars', '11T12:00:00', { refund_amount: 10, currency: 'USD' }),
  // before its order was created, as far as the clocks tell
  refund('r6', 'b', '10T04:00:00', { refund_amount: 0 }),
];

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(answer);
});
afterAll(() => shop.close());
const ask = (query: string) => shop.ask(query);

test('before anything was sent sums are 0, what needs an input is null, and notes name the events', async () => {
  const { data, meta } = await ask('from=2026-06-10&to=2026-06-11');
  const sums = { returns: 0, units: null, refunds: '0.00', handlingCost: null };
  expect(data).toEqual({
    ...sums,
    rates: { orders: null, units: null, value: null },
    daysToRefund: { mean: null, median: null, p90: null, count: null },
    ...{ reasons: [], products: [], categories: [] },
    series: [{ bucket: '2026-06-10T00:00:00+00:00', ...sums }],
  });
  expect(meta.notes).toHaveLength(5);
  expect(meta.nextCursor).toBeNull();
});

describe('with returns', () => {
  beforeAll(() => shop.store(events));

  test('every figure of what was refunded in the period, over what was ordered in it', async () => {
    const { data, meta } = await ask('from=2026-06-10&to=2026-06-12');
    expect(data).toMatchObject({
      ...{ returns: 5, units: 6, refunds: '101.50', handlingCost: '4.00' },
      // refunded: of a, b, c and one that names none; placed: b and c, 10 units worth 20 + 30 − 10 + 70
      rates: { orders: 2, units: 0.6, value: 0.9227 },
      daysToRefund: { mean: 1.5625, median: 1.75, p90: 2.85, count: 4 },
    });
    expect(data.reasons).toEqual([
      { reason: 'broken', returns: 2, units: 2, amount: '95.50' },
      { reason: 'unknown', returns: 3, units: 4, amount: '6.00' },
    ]);
    expect(data.series).toEqual([
      { bucket: '2026-06-10T00:00:00+00:00', returns: 2, units: 2, refunds: '25.50', handlingCost: '4.00' },
      { bucket: '2026-06-11T00:00:00+00:00', returns: 3, units: 4, refunds: '76.00', handlingCost: '0.00' },
    ]);
    expect(meta.unconverted).toBe(1);
    expect(meta.notes).toEqual([
      expect.stringMatching(/exchange rate.*1 orders placed, 1 refunds$/),
      expect.stringMatching(/^1 returns name no order/),
      expect.stringMatching(/^1 refunds before/),
    ]);
  });

  test('per product and category, with the amounts that the lines carry', async () => {
    const { data } = await ask('from=2026-06-10&to=2026-06-12');
    expect(data.products).toEqual([
      { productId: 'hat', name: null, units: 3, amount: '1.00', rate: 3 },
      { productId: 'mug', name: 'Mug', units: 3, amount: '20.25', rate: 1.5 },
    ]);
    expect(data.categories).toEqual([
      { categoryId: 'kitchen', units: 3, amount: '20.25', rate: null },
      { categoryId: null, units: 3, amount: '1.00', rate: 0.3 },
    ]);
  });

  test('a product is called what the latest day up to the end calls it, whatever it was called in the order sent back', async () => {
    const { data } = await ask('from=2026-06-11&to=2026-06-12&channel=web');
    expect(data.products).toMatchObject([{ productId: 'mug', name: 'Mug' }]);
  });

  test('a page of products after the other', async () => {
    const first = await ask('from=2026-06-10&to=2026-06-12&limit=1');
    expect(first.data.products).toMatchObject([{ productId: 'hat' }]);
    const second = await ask(`from=2026-06-10&to=2026-06-12&limit=1&cursor=${first.meta.nextCursor}`);
    expect(second.data.products).toMatchObject([{ productId: 'mug' }]);
    expect(second.meta.nextCursor).toBeNull();
    expect(second.data.refunds).toBe('101.50');
  });

  test('compare and channel, which is that of the order', async () => {
    const { data } = await ask('from=2026-06-11&to=2026-06-12&compare=previous_period&channel=web');
    expect(data).toMatchObject({
      ...{ returns: 1, refunds: '5.00', rates: { orders: null, value: null } },
      previous: { period: { from: '2026-06-10T00:00:00+00:00' }, returns: 2, refunds: '25.50' },
      change: { returns: -0.5, refunds: -0.8039, handlingCost: -1, rates: { value: null } },
    });
  });

  test.each(['lens=order_date', 'limit=0', 'cursor=abc', 'cursor=WyJtYW55IiwibXVnIl0', 'granularity=minute', 'sort=x'])(
    'refuses %s by name',
    async (query) => {
      await expect(ask(query)).rejects.toMatchObject({ problem: { parameter: query.split('=')[0] } });
    },
  );
});
