import { createHash } from 'node:crypto';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type EventType, eventTypes } from '#contract/event-types.ts';
import { takeJobLease } from '#db/take-job-lease.ts';
import type { TestEvent } from '../setup/events.ts';
import { type BusEntry, startTestSystem, type TestSystem } from '../setup/system.ts';
import { findLeaks, readTables } from './find-leaks.ts';
import { canaries } from './personal-values.ts';
import { readLetters } from './read-letters.ts';
import { makePersonalEvent } from './refused-events.ts';
import { dateOf, shopDays } from './shop-days.ts';

const ORDER = 'orders.order.status_changed';
const PAYMENT = 'payments.payment.confirmed';

let system: TestSystem;
beforeAll(async () => {
  // The capture asks the breaker that ingestion opens: pauses of half a minute would outlast these tests
  system = await startTestSystem({ BREAKER_OPEN_SECONDS: '1' });
});
afterAll(() => system?.stop());

async function publish(events: readonly Pick<BusEntry, 'source' | 'type'>[]): Promise<void> {
  for (let start = 0; start < events.length; start += 10) {
    const entries = events.slice(start, start + 10);
    const codes = await system.put(entries.map((event) => ({ ...event, body: JSON.stringify(event) })));
    expect(codes).toEqual(entries.map(() => undefined));
  }
  await system.drain();
}

/** In an order that has nothing to do with theirs, the same each time. */
const shuffled = (events: readonly TestEvent[], seed: string) => {
  const rank = ({ id }: TestEvent) =>
    createHash('sha256')
      .update(seed + id)
      .digest('hex');
  return events.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
};

async function ask(
  path: string,
  query = '',
): Promise<{ data: Record<string, unknown>; meta: Record<string, unknown> }> {
  const answer = await system.get(`/api/v1/analytics/${path}?from=${dateOf(0)}&to=${dateOf(8)}${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as never;
}

const countMetric = async (name: string): Promise<number> => {
  const status = await fetch(new URL('/status', system.outputs.controlUrl));
  const { metrics } = (await status.json()) as { metrics: Record<string, number> };
  return metrics[name] ?? 0;
};

/** All that is stored, but for the record of the jobs that ran meanwhile. */
const dumpTables = async () => (await readTables(system.sql)).filter(([place]) => place !== 'table job_runs');

describe('eight days of a shop, through the bus', () => {
  beforeAll(async () => {
    await publish(shuffled(shopDays, 'first'));
    await system.runJob('aggregate');
  });

  const sales = {
    ...{ gross: '154.985', discounts: '3.50', cancellations: '10.00', returns: '19.99', net: '121.495' },
    ...{ tax: '7.10', shipping: '4.90', total: '133.495', collected: '53.485' },
  };

  test('are the overview', async () => {
    const { data, meta } = await ask('dashboard/overview');
    expect(data).toEqual({
      sales,
      orders: { placed: 3, cancelled: 1, averageOrderValue: '50.4950' },
      customers: { active: 2, new: 2, returning: 0 },
      sessions: 3,
      conversionRate: 2 / 3,
      topProducts: [
        { productId: 'sofa', name: 'Sofa', units: 1, gross: '100.00' },
        { productId: 'lamp', name: 'Lamp', units: 3, gross: '49.98' },
        { productId: 'nail', name: 'Nail', units: 1, gross: '5.005' },
      ],
      topChannels: [
        { channel: 'web', orders: 2, net: '121.495' },
        { channel: 'app', orders: 1, net: '0.00' },
      ],
    });
    const newestEventAt = `${dateOf(7)}T20:00:00.000Z`;
    expect(meta).toMatchObject({
      currency: 'EUR',
      unconverted: 0,
      notes: [],
      freshness: { newestEventAt, complete: true },
    });
  });

  test('are told in metrics of every kind of function', async () => {
    await ask('revenue');
    const named = ['EventLag', 'BatchLatency', 'RouteLatency', 'Answers', 'JobSucceeded', 'MemoryUsedPercent'];
    for (const name of [...named, 'DatabaseConnectLatency'])
      await vi.waitUntil(async () => (await countMetric(name)) > 0, { timeout: 5_000 });
    expect(await countMetric('WindowsPending')).toBe(0);
  });

  test('are the revenue, each amount on its day', async () => {
    const { data } = await ask('revenue');
    expect(data).toMatchObject({
      totals: { ...sales, orders: 3, averageOrderValue: '50.4950' },
      byChannel: [
        { channel: 'web', gross: '144.985', orders: 2 },
        { channel: 'app', gross: '10.00', net: '0.00' },
      ],
      byCountry: [
        { country: 'DE', gross: '144.985', orders: 2 },
        { country: 'FR', gross: '10.00', orders: 1 },
      ],
      byPaymentMethod: [{ method: 'card', payments: 1, collected: '53.485' }],
    });
    const days = (data.series as Record<string, string>[]).map(({ gross, cancellations, returns }) => [
      gross,
      cancellations,
      returns,
    ]);
    const none = ['0.00', '0.00', '0.00'];
    expect(days).toEqual([
      ...[['54.985', '0.00', '0.00'], none, ['0.00', '10.00', '0.00'], none, none],
      ...[['0.00', '0.00', '19.99'], ['100.00', '0.00', '0.00'], none],
    ]);
  });

  test('are booked on the day of the order by the other lens, with the same totals', async () => {
    const { data } = await ask('revenue', '&lens=order_date');
    expect(data).toMatchObject({ totals: sales });
    expect((data.series as object[])[0]).toMatchObject({ gross: '54.985', cancellations: '10.00', returns: '19.99' });
  });

  test('change nothing when they come again, in another order', async () => {
    const answers = async () => [(await ask('dashboard/overview')).data, (await ask('revenue')).data];
    const before = { tables: await dumpTables(), answers: await answers() };
    const duplicates = await countMetric('EventsDuplicate');
    await publish(shuffled(shopDays, 'second'));
    await system.runJob('aggregate');
    expect(await answers()).toEqual(before.answers);
    expect(await dumpTables()).toEqual(before.tables);
    expect(await countMetric('EventsDuplicate')).toBe(duplicates + shopDays.length);
  });
});

describe('personal values of a good event of each type', () => {
  test('are kept nowhere as they were, in no spelling', async () => {
    const events = eventTypes.map(({ type }) => makePersonalEvent(type, `personal-${type}`));
    await publish(events);
    await system.runJob('aggregate');
    const ids = await system.sql<{ id: string }[]>`
      select event_id as id from analytics_events where event_id like 'personal-%'`;
    expect(ids.map(({ id }) => id).sort()).toEqual(events.map(({ id }) => id).sort());
    expect((await findLeaks(system, canaries)).leaks).toEqual([]);
  });
});

describe('what cannot be stored', () => {
  const setVisibility = (type: EventType, seconds: number) => {
    const Attributes = { VisibilityTimeout: String(seconds) };
    return system.sqs.send(new SetQueueAttributesCommand({ QueueUrl: system.outputs.queues[type]!.url, Attributes }));
  };
  const storedIds = async (prefix: string) => {
    const rows = await system.sql<{ id: string }[]>`
      select event_id as id from analytics_events where event_id like ${`${prefix}%`} order by 1`;
    return rows.map(({ id }) => id);
  };
  const lettersNamed = async (prefix: string) =>
    (await readLetters(system)).filter(({ id }) => id?.startsWith(prefix) ?? false);
  const payment = (id: string) =>
    JSON.stringify(makePersonalEvent(PAYMENT, id, {}, { payment_id: id, order_id: 'o9' }));

  beforeEach(() => system.drain());

  test('at any try is a dead letter after its fourth, and costs no other event', async () => {
    const order = JSON.stringify(makePersonalEvent(ORDER, 'outage-order', {}, { order_id: 'o9' }));
    const duplicate = JSON.stringify(shopDays.find(({ type }) => type === ORDER));
    await setVisibility(ORDER, 1);
    await setVisibility(PAYMENT, 15); // four tries outlast the outage
    // Every fifth minute it would send the letter again before it is looked at
    await takeJobLease(system.sql, {
      ...{ job: 'return-dead-letters', holder: 'test', work: 'test', milliseconds: 120_000 },
    });
    await system.sql`revoke insert on analytics_events from analytics_ingest`;
    try {
      await system.send(ORDER, [order, duplicate]);
      await system.send(PAYMENT, [payment('outage-payment')]);
      await vi.waitUntil(async () => (await lettersNamed('outage-')).length > 0, { timeout: 45_000, interval: 200 });
    } finally {
      await system.sql`grant insert on analytics_events to analytics_ingest`;
    }
    await system.drain();

    expect(await lettersNamed('outage-')).toEqual([
      {
        ...{ type: ORDER, reason: 'processing_failed', pointer: '', keyword: '', status: 'open' },
        ...{ source: '/e2e/shop', id: 'outage-order', queue: 'dlq-analytics-orders-order-status_changed' },
        view: expect.objectContaining({ data: expect.objectContaining({ order_id: 'o9', customer_name: 'Z***' }) }),
        original: order,
      },
    ]);
    expect(await storedIds('outage-')).toEqual(['outage-payment']);
    expect((await findLeaks(system, canaries)).leaks).toEqual([]);

    await system.send(ORDER, [order]);
    await system.drain();
    expect(await storedIds('outage-')).toEqual(['outage-order', 'outage-payment']);
    await system.sql`update job_locks set held_until = null where holder = 'test'`;
  }, 120_000);

  test('for its own values is a dead letter at once, and its batch is stored', async () => {
    await setVisibility(PAYMENT, 181);
    await system.sql`alter table analytics_events add constraint e2e check (event_id <> 'poison-bad')`;
    try {
      await system.send(PAYMENT, ['poison-1', 'poison-bad', 'poison-2'].map(payment));
      await system.drain();
    } finally {
      await system.sql`alter table analytics_events drop constraint e2e`;
    }
    const verdict = { type: PAYMENT, reason: 'processing_failed', keyword: '23514', view: { data: expect.anything() } };
    expect(await lettersNamed('poison-')).toMatchObject([{ ...verdict, id: 'poison-bad' }]);
    expect(await storedIds('poison-')).toEqual(['poison-1', 'poison-2']);
    // PostgreSQL's own message quotes the row.
    expect((await findLeaks(system, canaries)).leaks).toEqual([]);
  });
});
