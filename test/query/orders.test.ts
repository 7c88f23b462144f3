import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answer } from '../../functions/query/routes/orders.ts';
import { makeEvent } from '../setup/events.ts';
import { at, makeOrder, openShop, type Shop } from './open-shop.ts';

const order = (id: string, time: string, data: object = {}) =>
  makeOrder(id, time, { total_amount: 10, items: [], channel: 'web', ...data });
const status = (id: string, name: string, time: string) =>
  makeEvent('orders.order.status_changed', { order_id: id, status: name }, at(time));
const payment = (id: string, time: string) =>
  makeEvent(
    'payments.payment.confirmed',
    { payment_id: `${id}-${time}`, order_id: id, amount: 10, currency: 'EUR' },
    at(time),
  );
const parcel = (id: string, name: string, time: string, data: object = {}) =>
  makeEvent(
    'shipping.shipment.status_changed',
    { shipment_id: `s-${id}`, order_id: id, status: name, ...data },
    at(time),
  );
const promised = (time: string, data: object = {}) => ({ estimated_delivery_at: `2026-06-${time}Z`, ...data });

const events = [
  order('a', '10T10:00:00'),
  payment('a', '10T11:30:00'),
  payment('a', '12T11:30:00'), // the first one counts
  parcel('a', 'handed_over', '11T10:00:00', promised('12T10:00:00', { carrier: 'post' })),
  parcel('a', 'delivered', '12T10:00:00'), // just in time
  order('b', '10T12:00:00'),
  payment('b', '10T11:00:00'), // an hour before
  parcel('b', 'handed_over', '11T12:00:00', promised('12T10:00:00', { carrier: 'bikes' })),
  parcel('b', 'delivered', '12T12:00:00'), // late
  status('b', 'completed', '13T10:00:00'),
  order('c', '11T10:00:00'),
  parcel('c', 'created', '11T11:00:00', promised('13T00:00:00', { carrier: 'post' })), // never came
  order('d', '11T11:00:00', { channel: 'app' }),
  status('d', 'cancelled', '11T12:00:00'),
  parcel('d', 'created', '11T11:30:00', promised('13T00:00:00')), // nobody waits for it
  // two parcels: the order is judged by the one that came first, each carrier by its own
  order('e', '20T10:00:00'),
  parcel('e', 'delivered', '22T00:00:00', promised('22T12:00:00', { carrier: 'post' })),
  parcel('e', 'delivered', '24T00:00:00', promised('21T00:00:00', { carrier: 'bikes', shipment_id: 's-e2' })),
  order('dollars', '11T09:00:00', { currency: 'USD' }),
];

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(answer);
});
afterAll(() => shop.close());
const ask = (query: string) => shop.ask(query);

test('before anything was sent counts are 0, what needs an input is null, and notes name the events', async () => {
  const none = { mean: null, median: null, p90: null, count: null };
  const { data, meta } = await ask('from=2026-06-10&to=2026-06-11');
  expect(data).toEqual({
    ...{ placed: 0, statusDistribution: [], cancellationRate: null, byCarrier: null },
    fulfilment: {
      ...{ createdToPaidHours: none, createdToHandedOverHours: none, createdToDeliveredHours: none },
      ...{ onTimeRate: null, overdue: null, pickingAccuracy: null },
    },
    series: [
      {
        ...{ bucket: '2026-06-10T00:00:00+00:00', placed: 0, cancelled: 0 },
        ...{ paid: null, handedOver: null, delivered: null },
      },
    ],
  });
  expect(meta.notes).toHaveLength(7);
  expect(meta.notes.join()).toMatch(/byCarrier: shipping.*picked_quantity/);
});

describe('with orders on their way', () => {
  beforeAll(() => shop.store(events));

  test('every figure of the orders created in the period', async () => {
    const { data, meta } = await ask('from=2026-06-10&to=2026-06-12');
    expect(data.placed).toBe(4);
    expect(data.statusDistribution).toEqual([
      { status: 'created', orders: 2, share: 0.5 },
      { status: 'cancelled', orders: 1, share: 0.25 },
      { status: 'completed', orders: 1, share: 0.25 },
    ]);
    expect(data.cancellationRate).toBe(0.25);
    expect(data.fulfilment).toEqual({
      createdToPaidHours: { mean: 0.25, median: 0.25, p90: 1.25, count: 2 },
      createdToHandedOverHours: { mean: 24, median: 24, p90: 24, count: 2 },
      createdToDeliveredHours: { mean: 48, median: 48, p90: 48, count: 2 },
      ...{ onTimeRate: 0.5, overdue: 1, pickingAccuracy: null },
    });
    const row = { placed: 2, cancelled: 0, paid: 2, handedOver: 2, delivered: 2 };
    expect(data.series).toEqual([
      { bucket: '2026-06-10T00:00:00+00:00', ...row },
      { bucket: '2026-06-11T00:00:00+00:00', ...row, cancelled: 1, paid: 0, handedOver: 0, delivered: 0 },
    ]);
    expect(meta.unconverted).toBe(1);
    expect(meta.notes).toEqual([
      expect.stringContaining('pickingAccuracy'),
      expect.stringMatching(/exchange rate.*1 orders placed/),
      expect.stringMatching(/negative hours.*: 1 paid$/),
    ]);
  });

  test('per carrier, the orders with its parcels', async () => {
    const { data } = await ask('from=2026-06-10&to=2026-06-12');
    const shown = data.byCarrier.map(({ carrier, orders, createdToDeliveredHours, onTimeRate, overdue }: never) => ({
      ...{ carrier, orders, delivered: (createdToDeliveredHours as { count: number }).count, onTimeRate, overdue },
    }));
    expect(shown).toEqual([
      { carrier: 'post', orders: 2, delivered: 1, onTimeRate: 1, overdue: 1 },
      { carrier: 'bikes', orders: 1, delivered: 1, onTimeRate: 0, overdue: 0 },
      { carrier: 'unknown', orders: 1, delivered: 0, onTimeRate: null, overdue: 0 },
    ]);
  });

  test('an order of two parcels is delivered with the first, on time by what was promised of it', async () => {
    const { data } = await ask('from=2026-06-20&to=2026-06-21');
    expect(data.fulfilment).toMatchObject({ createdToDeliveredHours: { mean: 38, count: 1 }, onTimeRate: 1 });
    expect(data.byCarrier).toMatchObject([
      { carrier: 'bikes', orders: 1, createdToDeliveredHours: { mean: 86 }, onTimeRate: 0 },
      { carrier: 'post', orders: 1, createdToDeliveredHours: { mean: 38 }, onTimeRate: 1 },
    ]);
  });

  test('overdue is what the data say was due by the newest event or the end of the period, whichever is later', async () => {
    expect((await ask('from=2026-06-11&to=2026-06-12')).data.fulfilment.overdue).toBe(1);
    await shop.owner`update shipments set latest = jsonb_set(latest, '{estimated_delivery_at,1}', '"2026-06-26T00:00:00.000Z"') where order_id = 'c'`;
    expect((await ask('from=2026-06-11&to=2026-06-12')).data.fulfilment.overdue).toBe(0);
    expect((await ask('from=2026-06-11&to=2026-06-27')).data.fulfilment.overdue).toBe(1);
  });

  test('compare and channel', async () => {
    const { data } = await ask('from=2026-06-11&to=2026-06-12&compare=previous_period&channel=web');
    expect(data).toMatchObject({
      ...{ placed: 1, cancellationRate: 0 },
      previous: { period: { from: '2026-06-10T00:00:00+00:00' }, placed: 2, fulfilment: { onTimeRate: 0.5 } },
      change: { placed: -0.5, cancellationRate: null, fulfilment: { createdToPaidHours: { count: -1 } } },
    });
  });

  test.each(['lens=order_date', 'limit=3', 'granularity=minute', 'compare=last_year', 'channel='])(
    'refuses %s by name',
    async (query) => {
      await expect(ask(query)).rejects.toMatchObject({ problem: { parameter: query.split('=')[0] } });
    },
  );
});
