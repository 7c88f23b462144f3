import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import * as inventory from '../../functions/query/routes/inventory.ts';
import * as products from '../../functions/query/routes/products-performance.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

const now = new Date('2026-06-30T12:00:00Z');
let db: TestDatabase;
let reader: Sql;

const at = (time: string) => ({ time: `2026-06-${time}Z` });
const order = (id: string, time: string, data: object) =>
  makeEvent('orders.order.status_changed', { order_id: id, status: 'created', currency: 'EUR', ...data }, at(time));
const line = (product: string, quantity: number, price: string, more: object = {}) => ({
  ...{ product_id: product, quantity, unit_price: price, ...more },
});
const view = (session: string, product: string, time: string) =>
  makeEvent('analytics.product_view', { session_id: session, product_id: product, category_id: 'cups' }, at(time));

const events = [
  view('s1', 'mug', '20T10:00:00'),
  view('s1', 'cup', '20T10:01:00'),
  view('s2', 'mug', '20T23:59:00'),
  makeEvent(
    'analytics.cart_changed',
    { session_id: 's1', product_id: 'mug', action: 'add', quantity: 1 },
    at('20T10:02:00'),
  ),
  makeEvent(
    'analytics.cart_changed',
    { session_id: 's2', product_id: 'mug', action: 'remove', quantity: 1 },
    at('21T00:02:00'),
  ),
  order('a', '20T10:05:00', {
    session_id: 's1',
    items: [line('mug', 8, '10', { name: 'Mug', category_id: 'cups', category_name: 'Cups' }), line('pen', 15, '1')],
  }),
  order('b', '21T09:00:00', { items: [line('cup', 1, '5'), line('mug', 1, '0')] }),
  makeEvent(
    'returns.return.status_changed',
    {
      return_id: 'r',
      order_id: 'a',
      status: 'refunded',
      refund_amount: 10,
      currency: 'EUR',
      items: [{ product_id: 'mug', quantity: 3 }],
    },
    at('22T09:00:00'),
  ),
];
const stock = [
  ['mug', 'north', { on_hand: 12, reorder_point: 20, unit_cost: '2.5', currency: 'EUR', reserved: 2 }],
  ['mug', 'south', { on_hand: 6, unit_cost: '2', currency: 'USD' }],
  ['pen', 'north', { on_hand: 0, reorder_point: 0 }],
] as const;

beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  reader = db.connect('analytics_query', { max: 1 });
});
afterAll(() => db.drop());

// biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
async function ask({ answer }: typeof products, query: string): Promise<any> {
  const request = { query: new URLSearchParams(query), database: () => reader, timeZone: 'UTC', currency: 'EUR', now };
  const { status, body } = await answer(request);
  expect(status).toBe(200);
  return body;
}

test('before anything was sent all of the inventory is null, and notes say what would supply it', async () => {
  const { data, meta } = await ask(inventory, '');
  expect(data.items).toEqual([]);
  expect(new Set(Object.values(data.totals))).toEqual(new Set([null]));
  expect(meta.notes).toContainEqual(expect.stringContaining('inventory.stock.changed'));
  expect((await ask(products, '')).data).toEqual({ products: [], categories: [] });
});

describe('with a shop’s events', () => {
  beforeAll(async () => {
    const limits = { now, rawRetentionDays: 90, maxFutureHours: 24 };
    const { ingest, letters } = makeIngestion(db.connect('analytics_ingest'), { limits });
    const changes = stock.map(([product_id, warehouse_id, rest]) =>
      makeEvent('inventory.stock.changed', { product_id, warehouse_id, ...rest }, at('01T00:00:00')),
    );
    expect(await ingest([...events, ...changes])).toMatchObject({ failedIds: [] });
    expect(letters).toEqual([]);
    await aggregateWindows(db.connect('analytics_jobs'), { zone: 'UTC', limit: 1000 });
  });

  const mug = {
    ...{ productId: 'mug', name: 'Mug', categoryId: 'cups', views: 2, carts: 1, orders: 2, units: 9, gross: '80.00' },
    ...{ returnedUnits: 3, returnRate: 3 / 9, viewToCart: 0.5, cartToOrder: 1, viewToOrder: 0.5, abcClass: 'A' },
  };

  test.each(['from=2026-06-20&to=2026-06-23', 'from=2026-06-20T00:30:00Z&to=2026-06-22T23:30:00Z'])(
    'products and categories of %s',
    async (period) => {
      const { data } = await ask(products, period);
      // exactly 80 % were reached by the one above: it crossed no edge, and the pen does the next
      expect(data.products.map((row: typeof mug) => [row.productId, row.gross, row.abcClass])).toEqual([
        ['mug', '80.00', 'A'],
        ['pen', '15.00', 'B'],
        ['cup', '5.00', 'C'],
      ]);
      expect(data.products[0]).toEqual(mug);
      expect(data.categories[0]).toMatchObject({
        categoryId: 'cups',
        name: 'Cups',
        views: 2,
        units: 8,
        orders: 1,
        returnedUnits: 3,
      });
    },
  );

  test('pages of one row each are the whole list, whatever it is sorted by', async () => {
    for (const sort of ['gross', 'views', 'viewToCart', 'returnRate']) {
      const period = `from=2026-06-20&to=2026-06-23&sort=${sort}`;
      const { data } = await ask(products, period);
      const paged = [];
      for (let cursor = ''; ; ) {
        const page = await ask(products, `${period}&limit=1${cursor}`);
        paged.push(...page.data.products);
        if (page.meta.nextCursor === null) break;
        cursor = `&cursor=${page.meta.nextCursor}`;
      }
      expect(paged).toEqual(data.products);
    }
  });

  test('a cursor of a list sorted otherwise is refused', async () => {
    const { meta } = await ask(products, 'from=2026-06-20&to=2026-06-23&limit=1');
    await expect(ask(products, `limit=1&sort=views&cursor=${meta.nextCursor}`)).rejects.toMatchObject({
      problem: { parameter: 'cursor' },
    });
    await expect(ask(products, 'sort=name')).rejects.toMatchObject({ problem: { parameter: 'sort' } });
  });

  test('the inventory of three days', async () => {
    const { data, meta } = await ask(inventory, 'from=2026-06-20&to=2026-06-23');
    expect(data.items).toEqual([
      {
        ...{ productId: 'mug', warehouseId: 'north', onHand: 12, reserved: 2, unitsPerDay: 3, daysOfSupply: 4 },
        ...{ sellThrough: 9 / 21, belowReorderPoint: true, stockValue: '30.00' },
      },
      {
        ...{ productId: 'mug', warehouseId: 'south', onHand: 6, reserved: null, unitsPerDay: 3, daysOfSupply: 2 },
        ...{ sellThrough: 9 / 15, belowReorderPoint: null, stockValue: null },
      },
      {
        ...{ productId: 'pen', warehouseId: 'north', onHand: 0, reserved: null, unitsPerDay: 5, daysOfSupply: 0 },
        ...{ sellThrough: 1, belowReorderPoint: false, stockValue: null },
      },
    ]);
    expect(data.totals).toEqual({
      ...{ items: 3, products: 2, onHand: 18, reserved: 2, unitsPerDay: 8, daysOfSupply: 2.25, sellThrough: 24 / 42 },
      ...{ stockOuts: 1, belowReorderPoint: 1, stockValue: '30.00' },
    });
    expect(meta.notes).toEqual([
      expect.stringMatching(/1 items.*unit_cost/),
      expect.stringMatching(/1 items.*exchange rate/),
    ]);
    const { meta: first, data: page } = await ask(inventory, 'from=2026-06-20&to=2026-06-23&limit=2');
    const rest = await ask(inventory, `from=2026-06-20&to=2026-06-23&limit=2&cursor=${first.nextCursor}`);
    expect([...page.items, ...rest.data.items]).toEqual(data.items);
  });
});
