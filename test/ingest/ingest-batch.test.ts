import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

let database: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
  sql = database.connect('analytics_ingest');
});
afterAll(() => database.drop());

const order = (id: string, data: object = {}, attributes: object = {}) =>
  makeEvent(
    'orders.order.status_changed',
    {
      ...{ order_id: id, status: 'created', currency: 'EUR', sequence: 1 },
      items: [{ product_id: 'p1', quantity: 2, unit_price: '9.95', discount_amount: 1 }],
      ...data,
    },
    attributes,
  );

const stored = async (id: string) =>
  (await sql`select count(*)::int as n from processed_events where event_id = ${id}`)[0]!.n;

describe('a batch', () => {
  it('is nothing when it is empty', async () => {
    const { ingest } = makeIngestion(sql);
    expect(await ingest([])).toMatchObject({ failedIds: [], stored: 0, duplicates: 0, rejected: 0 });
  });

  it('stores the valid and dead-letters the invalid beside them', async () => {
    const { ingest, letters, failures } = makeIngestion(sql);
    const good = order('o-beside');
    const outcome = await ingest([good, '{', order('o-bad', { status: 'lost' })]);
    expect(failures).toEqual([]);
    expect(outcome).toMatchObject({ failedIds: [], stored: 1, duplicates: 0, rejected: 2 });
    expect(letters.map(({ rejection: { reason, pointer } }) => [reason, pointer])).toEqual([
      ['malformed', ''],
      ['schema_violation', '/data/status'],
    ]);
    expect(await stored(good.id)).toBe(1);
  });

  it('fails only the messages whose dead letters cannot be sent', async () => {
    const { ingest } = makeIngestion(sql, { deadLetter: async (sent) => sent.map(({ record }) => record.messageId) });
    const outcome = await ingest([order('o-unsent'), '{']);
    expect(outcome).toMatchObject({ stored: 1, rejected: 0 });
    expect(outcome.failedIds).toHaveLength(1);
  });

  it('knows a duplicate in the batch, by its record and by the ledger alone', async () => {
    const event = order('o-twice');
    const first = makeIngestion(sql);
    expect(await first.ingest([event, event])).toMatchObject({ stored: 1, duplicates: 1 });
    expect(await first.ingest([event])).toMatchObject({ stored: 0, duplicates: 1 });
    expect(await makeIngestion(sql).ingest([event])).toMatchObject({ stored: 0, duplicates: 1, rejected: 0 });
    expect(await stored(event.id)).toBe(1);
  });

  it('takes other key order and spacing for the same content', async () => {
    const event = order('o-spaced');
    const reordered = JSON.stringify(Object.fromEntries(Object.entries(event).reverse()), null, 2);
    expect(await makeIngestion(sql).ingest([event, reordered])).toMatchObject({ stored: 1, duplicates: 1 });
  });

  it('dead-letters a conflict wherever it meets the identity, and the first stays', async () => {
    const event = order('o-conflict', { channel: 'web' });
    const other = { ...event, data: { ...event.data, channel: 'app' } };
    const ingestion = makeIngestion(sql);
    expect(await ingestion.ingest([event, other])).toMatchObject({ stored: 1, duplicates: 0, rejected: 1 });
    // After the ledger holds `event`, a batch led by the conflict still knows the duplicate behind it
    expect(await makeIngestion(sql).ingest([other, event])).toMatchObject({ stored: 0, duplicates: 1, rejected: 1 });
    expect(await ingestion.ingest([other])).toMatchObject({ stored: 0, duplicates: 0, rejected: 1 });
    expect(ingestion.letters.map(({ rejection }) => rejection.reason)).toEqual([
      'identity_conflict',
      'identity_conflict',
    ]);
    expect(new Set(ingestion.letters.map(({ deduplicationKey }) => deduplicationKey)).size).toBe(1);
    expect(await sql`select channel from orders where order_id = 'o-conflict'`).toEqual([{ channel: 'web' }]);
  });

  it('fails the messages it cannot store, and stores them when they come again', async () => {
    const event = order('o-again');
    const away = async () => {
      throw new Error('database is away');
    };
    const failing = makeIngestion(sql, { store: away });
    expect(await failing.ingest([event, '{'])).toMatchObject({ stored: 0, duplicates: 0, rejected: 1 });
    expect(failing.failures).toHaveLength(1);
    expect(await makeIngestion(sql).ingest([event])).toMatchObject({ stored: 1, failedIds: [] });
  });
});

describe('what an event leaves', () => {
  it('is the masked event, its facts, lines, versions and activity', async () => {
    const event = order(
      'o-whole',
      {
        customer_id: 'c-whole',
        session_id: 's-whole',
        cart_id: 'k1',
        channel: 'web',
        discount_amount: '2',
        email: 'jane@example.com',
      },
      {
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        time: '2026-11-01T10:20:30.123456+01:00',
      },
    );
    const now = new Date('2026-11-02T00:00:00Z');
    await makeIngestion(sql, { limits: { now, rawRetentionDays: 90, maxFutureHours: 24 } }).ingest([event]);
    const [row] = await database.connect()`
      select *, occurred_at::text as at, data::text as text from analytics_events where order_id = 'o-whole'`;
    expect(row).toMatchObject({
      ...{ event_source: '/test/shop', event_id: event.id, schema_version: 'v1', at: '2026-11-01 09:20:30.123456+00' },
      ...{ trace_id: '0af7651916cd43dd8448eb211c80319c', customer_id: 'c-whole', session_id: 's-whole', cart_id: 'k1' },
      ...{ channel: 'web', currency: 'EUR' },
    });
    expect(row!.text).not.toContain('jane');
    const [fact] = await sql`select status, gross, discounts, created_at from orders where order_id = 'o-whole'`;
    expect(fact).toEqual({
      status: 'created',
      gross: '19.9',
      discounts: '3',
      created_at: new Date('2026-11-01T09:20:30.123Z'),
    });
    expect(await sql`select product_id, quantity::text from order_lines where order_id = 'o-whole'`).toEqual([
      { product_id: 'p1', quantity: '2' },
    ]);
    expect(
      await sql`select seen::text, missing::text from event_sequence_tracking where aggregate_id = 'o-whole'`,
    ).toEqual([{ seen: '{[1,2)}', missing: '{}' }]);
    expect(
      await sql`select kind from active_users where id in ('o-whole', 'c-whole', 's-whole') order by kind`,
    ).toEqual([{ kind: 'customer' }, { kind: 'order' }, { kind: 'session' }]);
  });

  it('is the stages of its session, each at its earliest', async () => {
    const at = (minute: number) => ({ time: new Date(Date.now() - (60 - minute) * 60_000).toISOString() });
    const visit = { session_id: 's-stages' };
    const times = [1, 2, 3, 4].map(at);
    await makeIngestion(sql).ingest([
      makeEvent('analytics.checkout_started', { ...visit, value_amount: '12.5', currency: 'EUR' }, at(9)),
      makeEvent('analytics.checkout_started', { ...visit, value_amount: '12.5', currency: 'EUR' }, times[3]),
      makeEvent('analytics.cart_changed', { ...visit, product_id: 'p1', action: 'remove', quantity: 1 }, at(2)),
      makeEvent('analytics.cart_changed', { ...visit, product_id: 'p1', action: 'add', quantity: 1 }, times[2]),
      makeEvent('analytics.product_view', { ...visit, product_id: 'p1' }, times[1]),
      makeEvent('analytics.page_view', { ...visit, page_url: 'https://shop.example/' }, times[0]),
    ]);
    const [session] = await sql`
      select started_at, page_view_at, product_view_at, add_to_cart_at, checkout_at from sessions where session_id = 's-stages'`;
    const [started, ...stages] = Object.values(session!).map((instant) => instant.toISOString());
    expect([started, ...stages]).toEqual([times[0]!.time, ...times.map(({ time }) => time)]);
    expect(
      await database.connect()`select distinct amount from analytics_events where session_id = 's-stages' and amount > 0`,
    ).toEqual([{ amount: '12.5' }]);
  });

  it('is the month that it is the first of', async () => {
    const time = '2021-02-03T00:00:00Z';
    const limits = { now: new Date(), rawRetentionDays: 36_500, maxFutureHours: 24 };
    expect(await makeIngestion(sql, { limits }).ingest([order('o-old', {}, { time })])).toMatchObject({ stored: 1 });
    expect(
      await database.connect()`select tableoid::regclass::text as t from analytics_events where order_id = 'o-old'`,
    ).toEqual([{ t: 'analytics_events_2021_02' }]);
  });

  it('counts missing and late versions', async () => {
    const version = (sequence: number) => order('o-gap', { sequence, status: 'paid' });
    await makeIngestion(sql).ingest([version(5), version(2)]);
    await makeIngestion(sql).ingest([version(3), version(7)]);
    const [row] =
      await sql`select missing::text, late_events::int as late from event_sequence_tracking where aggregate_id = 'o-gap'`;
    expect(row).toEqual({ missing: '{[1,2),[4,5),[6,7)}', late: 2 });
  });
});
