import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answer } from '../../functions/query/routes/data-quality.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

let db: TestDatabase;
const now = new Date();

const order = (id: string, sequence: number, status = 'paid') =>
  makeEvent('orders.order.status_changed', { order_id: id, status, sequence, ...(status === 'created' && placed) });
const placed = { currency: 'EUR', items: [], total_amount: '10' };
const stock = (sequence: number) =>
  makeEvent('inventory.stock.changed', { product_id: 'p1', warehouse_id: 'w1', on_hand: 3, sequence });

async function ask(query = '') {
  const request = { query: new URLSearchParams(query), database: () => db.connect('analytics_query', { max: 1 }) };
  const { status, body } = await answer({ ...request, timeZone: 'UTC', currency: 'EUR', now });
  // biome-ignore lint/suspicious/noExplicitAny: a JSON answer
  return { status, ...(body as { data: any; meta: any }) };
}

beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  const { ingest } = makeIngestion(db.connect('analytics_ingest'));
  await ingest([order('o-whole', 1, 'created'), order('o-whole', 2)]);
  await ingest([order('o-gap', 5), order('o-gap', 2)]);
  await ingest([order('o-gap', 3), stock(4), stock(1)]);
  await ingest([
    order('o-huge', 9_007_199_254_740_991),
    makeEvent('payments.payment.confirmed', { payment_id: 'y1', order_id: 'o-paid', amount: '5', currency: 'EUR' }),
  ]);
  await db.connect()`
    insert into dead_letter_queue
      (deduplication_key, event_type, reason, pointer, keyword, queue, received_at, masked_view, original, data_key)
    select 'k' || n, case when n < 3 then 'analytics.page_view' end, case when n < 3 then 'schema_violation' else 'malformed' end,
      '', '', 'q', case when n = 4 then timestamptz '2020-01-01' else now() - interval '2 days' end, '{}', '', ''
    from generate_series(1, 4) as n`;
});
afterAll(() => db.drop());

describe('data quality', () => {
  test('lists what is missing of every aggregate', async () => {
    const { data, meta } = await ask();
    expect(data.gaps.map(({ aggregate, id }: { aggregate: string; id: string }) => [aggregate, id])).toEqual([
      ['order', 'o-gap'],
      ['order', 'o-huge'],
      ['stock', 'p1@w1'],
    ]);
    expect(data.gaps[0].missing).toEqual([1, 4]);
    expect(data.gaps[2].missing).toEqual([2, 3]);
    expect(meta.nextCursor).toBeNull();
  });

  test('cuts a gap that is too long to list, and says so', async () => {
    const { data, meta } = await ask();
    expect(data.gaps[1].missing).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(meta.notes).toContain('gaps: order o-huge lists the lowest 100 of 9007199254740990 missing versions');
  });

  test('pages by cursor', async () => {
    const first = await ask('limit=2');
    expect(first.data.gaps.map(({ id }: { id: string }) => id)).toEqual(['o-gap', 'o-huge']);
    const second = await ask(`limit=2&cursor=${first.meta.nextCursor}`);
    expect(second.data.gaps.map(({ id }: { id: string }) => id)).toEqual(['p1@w1']);
    expect(second.meta.nextCursor).toBeNull();
  });

  test('counts orders without creation, late events by type, and what was rejected in the period', async () => {
    const { data, meta } = await ask();
    expect(data.ordersWithoutCreation).toBe(2);
    expect(meta.notes).toContain('1 orders are known only by their payments, shipments or returns');
    expect(data.late).toEqual({
      count: 3,
      byType: [
        { type: 'orders.order.status_changed', count: 2 },
        { type: 'inventory.stock.changed', count: 1 },
      ],
    });
    expect(data.rejected).toEqual([
      { type: 'analytics.page_view', reason: 'schema_violation', count: 2 },
      { type: null, reason: 'malformed', count: 1 },
    ]);
    const past = await ask('from=2019-12-31&to=2020-01-02');
    expect(past.data.rejected).toEqual([{ type: null, reason: 'malformed', count: 1 }]);
    expect(past.data.late.count).toBe(3);
  });

  test('lists what changed in days that were reported', async () => {
    const before = await ask();
    expect([before.data.reconciliations, before.data.restatements]).toEqual([[], []]);
    expect(before.meta).toMatchObject({
      currency: 'EUR',
      unconverted: 0,
      freshness: { complete: expect.any(Boolean) },
    });
    await db.connect()`
      insert into restatements (time_zone, day, currency, channel, metric, reported_at, before, after, late_events, restated_at, counted)
      select 'UTC', day::date, 'EUR', 'web', metric, '2026-03-06T01:00:00Z', 10, 12.5, 3, restated_at::timestamptz, pg_current_snapshot()
      from (values
        ('2026-03-04', 'gross', '2026-03-06T02:00:00Z'), ('2026-03-05', 'gross', '2026-03-07T02:00:00Z'),
        ('2026-03-05', 'orders', '2026-03-06T02:00:00Z'), ('2026-03-06', 'gross', '2026-03-07T02:00:00Z')
      ) as changed (day, metric, restated_at)`;
    const { data } = await ask('from=2026-03-05T12:00:00Z&to=2026-03-06');
    expect(data.restatements).toEqual([
      {
        ...{ day: '2026-03-05', timezone: 'UTC', currency: 'EUR', channel: 'web', metric: 'gross' },
        ...{ before: '10.00', after: '12.50', delta: '2.50', lateEvents: 3 },
        reportedAt: new Date('2026-03-06T01:00:00Z'),
        restatedAt: new Date('2026-03-07T02:00:00Z'),
      },
      expect.objectContaining({ metric: 'orders', delta: '2.5' }),
    ]);
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['limit=ten', 'limit'],
    ['cursor=nonsense', 'cursor'],
    [`cursor=${Buffer.from('["order"]').toString('base64url')}`, 'cursor'],
    [`cursor=${Buffer.from('["order","\\u0000"]').toString('base64url')}`, 'cursor'],
    ['sort=id', 'sort'],
  ])('%s is a bad request', async (query, parameter) => {
    await expect(ask(query)).rejects.toMatchObject({ problem: { status: 400, parameter } });
  });
});
