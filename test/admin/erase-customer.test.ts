import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Sql } from 'postgres';
import { Temporal } from 'temporal-polyfill';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PseudonymKeys } from '#core/pseudonym-keys.ts';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { countActiveCustomers } from '#db/query/count-active-customers.ts';
import { countBuyers } from '#db/query/count-buyers.ts';
import { countSessionsByChannel } from '#db/query/count-sessions-by-channel.ts';
import { type ErasureDependencies, eraseCustomer } from '../../functions/admin/erase-customer.ts';
import { captureBatch } from '../../functions/dlq/capture-batch.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent, makeRecord, type TestEvent } from '../setup/events.ts';
import { makeIngestion, type TestIngestion } from '../setup/ingestion.ts';
import { eventsOfOthers, eventsOfPerson, PERSON } from './person.ts';

const v1 = ['v1', randomBytes(32)] as const;
const v2 = ['v2', randomBytes(32)] as const;
const before: PseudonymKeys = { current: 'v1', keys: new Map([v1]) };
const rotated: PseudonymKeys = { current: 'v2', keys: new Map([v1, v2]) };
const limits = { now: new Date('2026-11-22T12:00:00Z'), rawRetentionDays: 90, maxFutureHours: 24 };

let database: TestDatabase;
let sql: Sql;
beforeEach(async () => {
  database = await createDatabase({ migrated: true });
  sql = database.connect();
});
afterEach(() => database.drop());

const ingestionUnder = (keys: PseudonymKeys): TestIngestion =>
  makeIngestion(database.connect('analytics_ingest', { max: 1 }), { keys, limits });

/** Sealing is the key management service's work; here the data key is its own seal. */
const dataKey = randomBytes(32);
async function capture(bodies: readonly (TestEvent | string)[], keys: PseudonymKeys): Promise<void> {
  await captureBatch(
    bodies.map((body) => makeRecord(body)),
    {
      ...{ sql: database.connect('analytics_dlq', { max: 1 }), keys, limits },
      generateDataKey: async () => ({ plain: dataKey, sealed: dataKey }),
    },
  );
}

const erase = (overrides: Partial<ErasureDependencies> = {}, customerId: string = PERSON.customer_id) =>
  eraseCustomer(customerId, {
    sql: database.connect('analytics_admin', { max: 1 }),
    keys: rotated,
    decryptDataKey: async (sealed) => sealed,
    hasTime: () => true,
    now: new Date('2026-11-22T12:00:00Z'),
    dryRun: false,
    ...overrides,
  });

/** Half of the person's events under the first key, half under the second, and others' beside them. */
async function storeAll(): Promise<TestEvent[]> {
  const own = eventsOfPerson();
  const half = Math.ceil(own.length / 2);
  const old = ingestionUnder(before);
  const next = ingestionUnder(rotated);
  await old.ingest([...own.slice(0, half), ...eventsOfOthers()]);
  await next.ingest(own.slice(half));
  expect([...old.failures, ...old.letters, ...next.failures, ...next.letters]).toEqual([]);
  await aggregateWindows(database.connect('analytics_jobs', { max: 1 }), { zone: 'UTC', limit: 1_000 });
  return own;
}

/** Every row of every table as text. */
async function everything(): Promise<string> {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname`;
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await sql<{ row: string }[]>`select t::text as row from ${sql(name)} as t order by 1`;
    texts.push(...rows.map(({ row }) => `${name} ${row}`));
  }
  return texts.join('\n');
}

/** Until a transaction of the role waits for a lock. */
async function untilWaiting(role: string): Promise<void> {
  const watching = database.connect('postgres', { max: 1 });
  for (;;) {
    const [waiting] = await watching`
      select from pg_stat_activity where usename = ${role} and datname = current_database() and wait_event_type = 'Lock'`;
    if (waiting) return;
    await setTimeout(20);
  }
}

/** Where any of the values is, by table. */
async function findLeaks(values: readonly string[]): Promise<string[]> {
  const rows = (await everything()).split('\n');
  return rows.filter((row) => values.some((value) => row.includes(value))).map((row) => row.split(' ', 1)[0] ?? '');
}

async function pseudonymsOfPerson(fields: readonly string[]): Promise<string[]> {
  const rows = await sql<{ hmac: string }[]>`
    select distinct data #>> array[field, 'hmac'] as hmac
    from analytics_events cross join lateral unnest(${[...fields]}::text[]) as personal (field)
    where customer_id = ${PERSON.customer_id} and data #>> array[field, 'hmac'] is not null`;
  return rows.map(({ hmac }) => hmac);
}

const all = { from: Temporal.Instant.from('2026-10-01T00:00Z'), to: Temporal.Instant.from('2026-12-01T00:00Z') };
const late = { ...all, from: Temporal.Instant.from('2026-11-07T00:00Z') };

/** What the routes answer from, over all time and over a period that splits the person's orders. */
async function figures(): Promise<object> {
  await aggregateWindows(database.connect('analytics_jobs', { max: 1 }), { zone: 'UTC', limit: 1_000 });
  return await sql.begin(async (tx) => ({
    movements:
      await tx`select * from sales_movements order by at, currency, gross, collected, returns, returns_order_date, cancellations`,
    hourly: await tx`select * from hourly_metrics order by bucket, channel, country, currency, rate_day`,
    daily: await tx`select * from daily_metrics order by bucket, channel, country, currency, rate_day`,
    bySource:
      await tx`select * from revenue_by_source order by bucket, payment_method, channel, country, currency, rate_day`,
    buyers: [await countBuyers(tx, all, null), await countBuyers(tx, late, null)],
    active: [await countActiveCustomers(tx, all), await countActiveCustomers(tx, late)],
    sessions: await countSessionsByChannel(tx, all, 'UTC', null),
    recency: await tx`select * from customer_recency order by bucket, kind, previous`,
    customers: await tx`select count(*), count(distinct country) from customers`,
    ordersPerCustomer:
      await tx`select count(*) as orders from orders where customer_id is not null group by customer_id order by 1`,
    stages: await tx`select page_view_at, add_to_cart_at from sessions order by 1, 2`,
    visitors: await tx`select count(*), count(customer_id) as of_one from visitor_identities`,
  }));
}

describe('erasing a customer', () => {
  it('leaves neither ids nor pseudonyms in any table, and every figure as it was', async () => {
    await storeAll();
    await capture(
      [
        makeEvent('orders.order.status_changed', { order_id: 'o-1', status: 'lost', customer_id: PERSON.customer_id }),
        makeEvent('payments.payment.confirmed', {
          payment_id: 'y-9',
          order_id: 'o-9',
          email: PERSON.email.toUpperCase(),
        }),
        `{"data": {"customer_id": "${PERSON.customer_id}"`,
        makeEvent('orders.order.status_changed', {
          order_id: 'o-x',
          status: 'created',
          currency: 'EUR',
          items: [],
          total_amount: 1,
          customer_id: PERSON.customer_id,
        }),
        makeEvent('orders.order.status_changed', {
          order_id: 'o-carla',
          status: 'created',
          currency: 'EUR',
          items: [],
          total_amount: 1,
          customer_id: 'cust-carla',
          email: PERSON.email,
        }),
        makeEvent('orders.order.status_changed', { order_id: 'o-ben', status: 'lost', customer_id: 'cust-ben' }),
      ],
      rotated,
    );
    const pseudonyms = await pseudonymsOfPerson(['email', 'phone', 'user_agent']);
    expect(pseudonyms.length).toBe(6); // email, phone and user agent under two keys
    const figuresBefore = await figures();

    const receipt = await erase();

    expect(receipt).toMatchObject({ isComplete: true, keyVersion: 'v2', erasedAt: '2026-11-22T12:00:00.000Z' });
    expect(receipt.touched).toEqual({
      ...{ analytics_events: 13, active_users: 6, orders: 2, payments: 1, returns: 1, sessions: 2, customers: 1 },
      // six days with events, two with orders
      ...{ visitor_identities: 2, customer_days: 8, dead_letter_queue: 5 },
    });
    expect(await findLeaks([PERSON.customer_id, PERSON.device, ...pseudonyms])).toEqual([]);
    expect(JSON.stringify(receipt)).not.toContain(PERSON.customer_id);
    expect(await figures()).toEqual(figuresBefore);
    expect(await sql`select status, length(original) as bytes from dead_letter_queue order by status`).toEqual([
      ...Array.from({ length: 4 }, () => ({ status: 'discarded', bytes: 0 })),
      { status: 'open', bytes: expect.any(Number) },
      { status: 'open', bytes: expect.any(Number) },
    ]);
    expect(await sql`select pending from erasures`).toEqual([{ pending: null }]);
  });

  it('leaves what is of others', async () => {
    await storeAll();
    const others = () => sql`
      select event_id, customer_id, anonymous_id, data - 'email' as data from analytics_events
      where customer_id in ('cust-ben', 'cust-carla') order by event_id`;
    const kept = [...(await others())];
    await erase();
    expect([...(await others())]).toEqual(kept);
    const [carla] =
      await sql`select data ? 'email' as email, data ->> 'customer_name' as name from analytics_events where customer_id = 'cust-carla'`;
    expect(carla).toEqual({ email: false, name: 'C***' });
    expect(await everything()).toContain(PERSON.sharedDevice);
    expect(
      await sql`select count(*)::int as n from analytics_events where anonymous_id = ${PERSON.sharedDevice} and customer_id <> 'cust-ben'`,
    ).toEqual([{ n: 0 }]);
  });

  it('is not undone by a replay of everything, three times, nor by what comes for the first time', async () => {
    const own = await storeAll();
    const ofPerson = [PERSON.customer_id, PERSON.device, ...(await pseudonymsOfPerson(['email', 'phone']))];
    await erase();
    const figuresErased = await figures();
    const erased = await everything();
    for (let round = 0; round < 3; round++) {
      const { ingest, failures, letters } = ingestionUnder(rotated);
      expect(await ingest(own)).toMatchObject({ stored: 0, duplicates: own.length });
      expect([...failures, ...letters]).toEqual([]);
    }
    expect(await everything()).toBe(erased);
    expect(await figures()).toEqual(figuresErased);

    // The ledger does not know these: same content under other identities, as after its retention
    const { ingest, failures, letters } = ingestionUnder(rotated);
    const again = own.map((event) => ({ ...event, id: `again-${event.id}` }));
    expect(await ingest(again)).toMatchObject({ stored: again.length });
    expect([...failures, ...letters]).toEqual([]);
    expect(await findLeaks(ofPerson)).toEqual([]);
    expect(await figures()).toEqual(figuresErased);
  });

  it('keeps of dead letters that come later only why', async () => {
    await storeAll();
    await erase();
    const lost = { order_id: 'o-1', status: 'lost', customer_id: PERSON.customer_id };
    const failed = { ...lost, status: 'created', currency: 'EUR', items: [], total_amount: 1, email: PERSON.email };
    await capture(
      [makeEvent('orders.order.status_changed', lost), makeEvent('orders.order.status_changed', failed)],
      rotated,
    );
    expect(await findLeaks([PERSON.customer_id])).toEqual([]);
    expect(
      await sql`select status, reason, length(original) as bytes, masked_view from dead_letter_queue order by reason`,
    ).toEqual(
      ['processing_failed', 'schema_violation'].map((reason) => ({
        ...{ status: 'discarded', reason, bytes: 0, masked_view: {} },
      })),
    );
  });

  it('counts on a dry run what it would touch, and touches nothing', async () => {
    await storeAll();
    const stored = await everything();
    const planned = await erase({ dryRun: true });
    expect(await everything()).toBe(stored);
    expect(planned.touched).toEqual((await erase()).touched);
  });

  it('goes on where it was cut off, and finds nothing more when it is repeated', async () => {
    await storeAll();
    const figuresBefore = await figures();
    let calls = 0;
    let receipt = await erase({ hasTime: () => false });
    while (!receipt.isComplete) {
      calls++;
      let slices = 0;
      receipt = await erase({ hasTime: () => ++slices <= 9 });
    }
    expect(calls).toBeGreaterThan(5);
    expect(receipt.touched).toMatchObject({ analytics_events: 13, orders: 2 });
    expect(await figures()).toEqual(figuresBefore);
    const again = await erase();
    expect(again).toEqual(receipt);
    expect(await findLeaks([PERSON.customer_id])).toEqual([]);
  });

  it('erases whom it does not know: no event of theirs is ever kept', async () => {
    const receipt = await erase({}, 'cust-unknown');
    expect(receipt.isComplete).toBe(true);
    const { ingest } = ingestionUnder(rotated);
    await ingest([makeEvent('customers.customer.updated', { customer_id: 'cust-unknown', email: PERSON.email })]);
    expect(await findLeaks(['cust-unknown'])).toEqual([]);
  });

  it('waits for a transaction that looked before the tombstone was there', async () => {
    await storeAll();
    const { ingest, failures } = ingestionUnder(rotated);
    const held = Promise.withResolvers<void>();
    const holding = sql.begin(async (tx) => {
      await tx`select from orders where order_id = 'o-1' for update`;
      await held.promise;
    });
    const late = { order_id: 'o-1', status: 'paid', sequence: 2, customer_id: PERSON.customer_id };
    const ingesting = ingest([makeEvent('orders.order.status_changed', late)]);
    await untilWaiting('analytics_ingest');
    const erasing = erase();
    await untilWaiting('analytics_admin');
    held.resolve();
    await holding;

    expect(await ingesting).toMatchObject({ stored: 1 });
    expect(failures).toEqual([]);
    expect(await erasing).toMatchObject({ isComplete: true, touched: { analytics_events: 14 } });
    expect(await findLeaks([PERSON.customer_id])).toEqual([]);
  });

  it('lets nothing through that is ingested at the same time', async () => {
    await storeAll();
    const workers = Array.from({ length: 3 }, () => ingestionUnder(rotated));
    let isErasing = true;
    let stored = 0;
    const ingesting = workers.map(async ({ ingest }) => {
      for (let batch = 0; isErasing || batch < 5; batch++) {
        const events = eventsOfPerson().map((event) => ({
          ...event,
          data: { ...event.data, ...(event.data.order_id === 'o-1' && { order_id: `o-${event.id}` }) },
        }));
        stored += (await ingest(events)).stored;
      }
    });
    const receipt = await erase();
    isErasing = false;
    await Promise.all(ingesting);
    expect(receipt.isComplete).toBe(true);
    expect(workers.flatMap(({ failures }) => failures)).toEqual([]);
    expect(stored).toBeGreaterThan(50);
    expect(await findLeaks([PERSON.customer_id, PERSON.device])).toEqual([]);
  });
});
