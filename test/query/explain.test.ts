import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { notSums } from '#core/explained-metrics.ts';
import { answer } from '../../functions/query/routes/explain.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

let db: TestDatabase;
const now = new Date('2026-06-30T12:00:00Z');
const at = (time: string) => ({ time: `2026-06-${time}Z` });
const trace = 'c'.repeat(32);

const created = makeEvent(
  'orders.order.status_changed',
  {
    ...{ order_id: 'a', status: 'created', currency: 'EUR', customer_id: 'c1', discount_amount: 5 },
    items: [{ product_id: 'mug', quantity: 2, unit_price: 10, discount_amount: 1 }],
  },
  { ...at('10T10:00:00'), traceparent: `00-${trace}-${'d'.repeat(16)}-01` },
);
const corrected = makeEvent(
  'orders.order.status_changed',
  { order_id: 'a', status: 'confirmed', sequence: 2, discount_amount: 7.5 },
  at('10T10:05:00'),
);
const dollars = makeEvent(
  'orders.order.status_changed',
  { order_id: 'b', status: 'created', currency: 'USD', items: [], total_amount: 3 },
  at('10T11:00:00'),
);
const yen = makeEvent(
  'payments.payment.confirmed',
  { payment_id: 'y', order_id: 'a', amount: 1200, currency: 'JPY' },
  at('11T10:00:00'),
);

beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  const limits = { now, rawRetentionDays: 90, maxFutureHours: 24 };
  const { ingest, letters } = makeIngestion(db.connect('analytics_ingest'), { limits });
  await ingest([created, corrected, dollars, yen]);
  expect(letters).toEqual([]);
  await db.connect()`insert into fx_rates (day, from_currency, to_currency, rate, source) values ('2026-06-11', 'JPY', 'EUR', 0.006, 'test')`;
});
afterAll(() => db.drop());

async function ask(query: string) {
  const request = { query: new URLSearchParams(query), database: () => db.connect('analytics_query', { max: 1 }) };
  const { body } = await answer({ ...request, timeZone: 'UTC', currency: 'EUR', now });
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
  return body as { data: any; meta: any };
}
const period = 'from=2026-06-01&to=2026-06-30';
const identity = ({ source, id, type }: { source: string; id: string; type: string }) => ({ source, id, type });

describe('explain', () => {
  test('names the event that holds each part of an amount, and the one that it is booked by', async () => {
    const { data, meta } = await ask(`metric=discounts&${period}`);
    expect(data).toMatchObject({ metric: 'discounts', unit: 'amount', total: '8.50', contributionCount: 2 });
    expect(data.contributions).toMatchObject([
      {
        event: { ...identity(corrected), time: '2026-06-10T10:05:00Z', traceId: null },
        bookedBy: { ...identity(created), time: '2026-06-10T10:00:00Z', traceId: trace },
        ...{ aggregate: 'order', aggregateId: 'a', measure: 'discounts', field: 'discount_amount', value: '7.50' },
      },
      { event: identity(created), bookedBy: identity(created), field: 'items', value: '1.00' },
    ]);
    expect(meta.unconverted).toBe(1);
    expect(meta.nextCursor).toBeNull();
  });

  test('converts with the rate of the day, and says what it leaves out for want of one', async () => {
    const collected = await ask(`metric=collected&${period}`);
    expect(collected.data.contributions).toMatchObject([
      { amount: '1200', currency: 'JPY', rate: '0.006', value: '7.20', event: identity(yen) },
    ]);
    const gross = await ask(`metric=gross&${period}`);
    expect(gross.data).toMatchObject({ total: '20.00', contributionCount: 1 });
    expect(gross.meta.notes).toContain('left out, for want of an exchange rate of their day: 1 contributions');
  });

  test('pages by cursor, the total on the first', async () => {
    const first = await ask(`metric=net&limit=2&${period}`);
    const second = await ask(`metric=net&limit=2&${period}&cursor=${first.meta.nextCursor}`);
    const values = ({ data }: typeof first) => data.contributions.map(({ value }: { value: string }) => value);
    expect([values(first), values(second)]).toEqual([['-7.50', '-1.00'], ['20.00']]);
    expect([first.data.total, second.data.total, second.meta.nextCursor]).toEqual(['11.50', null, null]);
  });

  test('takes the time of a cursor in any offset', async () => {
    const cursor = Buffer.from('["2026-06-11T09:00:00+23:59","order","a","b","c"]').toString('base64url');
    expect((await ask(`metric=orders&${period}&cursor=${cursor}`)).data.contributions).toHaveLength(1);
  });

  test('counts need no amount, and what was never sent is null', async () => {
    const orders = await ask(`metric=newCustomers&${period}`);
    expect(orders.data).toMatchObject({ total: 1, unit: 'count' });
    expect(orders.data.contributions).toMatchObject([
      { aggregate: 'customer', aggregateId: 'c1', amount: null, currency: null, value: 1, event: identity(created) },
    ]);
    const sessions = await ask(`metric=sessions&${period}`);
    expect(sessions.data.total).toBeNull();
    expect(sessions.meta.notes).toContainEqual(expect.stringMatching(/^never sent: sessions/));
  });

  test('of a moment that was stored without its event the event is looked for, and said to be gone where it is', async () => {
    const owner = db.connect('postgres', { max: 1 });
    await owner`update payments set earliest = '{"confirmed": ["2026-06-11T10:00:00.000000Z"]}'`;
    await owner`update orders set earliest = '{"created": ["2026-06-10T10:00:00.000000Z"]}' where order_id = 'a'`;
    const gross = await ask(`metric=gross&${period}`);
    expect(gross.data.contributions).toMatchObject([
      { bookedBy: { ...identity(created), time: '2026-06-10T10:00:00Z', traceId: trace } },
    ]);
    const customers = await ask(`metric=newCustomers&${period}`);
    expect(customers.data.contributions).toMatchObject([{ bookedBy: identity(created), event: identity(created) }]);
    const found = await ask(`metric=collected&${period}`);
    expect(found.data.contributions).toMatchObject([{ event: identity(yen), bookedBy: identity(yen) }]);
    expect(found.meta.notes).toEqual([]);

    await owner`delete from analytics_events where event_id = ${yen.id}`;
    const { data, meta } = await ask(`metric=collected&${period}`);
    expect(data).toMatchObject({ total: '7.20', contributionCount: 1 });
    expect(data.contributions).toMatchObject([
      {
        event: { source: yen.source, id: yen.id, type: null, traceId: null },
        bookedBy: { source: null, id: null, type: null, time: '2026-06-11T10:00:00Z' },
      },
    ]);
    expect(meta.notes).toEqual([
      expect.stringMatching(/^event, bookedBy: /),
      expect.stringMatching(/^type, traceId: /),
    ]);
  });

  test('customers stay active when their raw events are gone', async () => {
    const owner = db.connect('postgres', { max: 1 });
    const before = await ask(`metric=activeCustomers&${period}`);
    expect(before.data.contributions).toMatchObject([
      { aggregateId: 'c1', bookedAt: '2026-06-10T10:00:00+00:00', event: identity(created) },
    ]);
    await owner`delete from analytics_events where order_id = 'a'`;
    const { data, meta } = await ask(`metric=activeCustomers&${period}`);
    expect(data.contributions).toMatchObject([
      { aggregateId: 'c1', event: { id: null, time: '2026-06-10T10:00:00Z' } },
    ]);
    expect([data.total, meta.notes]).toEqual([1, [expect.stringMatching(/^event, bookedBy: /)]]);
  });

  test.each(Object.keys(notSums))('%s is said to be no sum', async (metric) => {
    await expect(ask(`metric=${metric}`)).rejects.toMatchObject({
      problem: { status: 400, parameter: 'metric', detail: expect.stringContaining(`${metric} is no sum but `) },
    });
  });

  test.each([
    ['', 'metric'],
    ['metric=profit', 'metric'],
    ['metric=gross&lens=mine', 'lens'],
    ['metric=sessions&country=DE', 'country'],
    ['metric=gross&method=card', 'method'],
    ['metric=tax&product_id=mug', 'product_id'],
    ['metric=units&product_id=%00', 'product_id'],
    ['metric=orders&product_id=mug&carrier=post', 'carrier'],
    ['metric=units&category_id=hats&without_category=true', 'without_category'],
    ['metric=buyers&channels=none', 'channels'],
    ['metric=spend&model=linear', 'model'],
    ['metric=pageViews&from=2026-06-01&to=2026-06-30', 'from'],
    ['metric=units&limit=0', 'limit'],
    ['metric=units&cursor=x', 'cursor'],
    [`metric=units&cursor=${Buffer.from('["soon","a","b","c","d"]').toString('base64url')}`, 'cursor'],
    ['metric=units&sort=id', 'sort'],
  ])('"%s" is a bad request', async (query, parameter) => {
    await expect(ask(query)).rejects.toMatchObject({ problem: { status: 400, parameter } });
  });
});
