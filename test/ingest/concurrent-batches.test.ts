import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent, type TestEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

const WORKERS = 4;
const ORDERS = 40;
let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
});
afterAll(() => database.drop());

const hour = (n: number) => ({ time: new Date(Date.UTC(2026, 10, 1, n, 30)).toISOString() });
const order = (id: string, n: number, data: object) =>
  makeEvent(
    'orders.order.status_changed',
    { order_id: id, currency: 'EUR', items: [], total_amount: 10, ...data },
    hour(n),
  );

/** All events of an order move it between hours or channels, so that a mark that is missed leaves a wrong rollup. */
function lifeOf(id: string): TestEvent[] {
  const of = { order_id: id, currency: 'EUR' };
  return [
    order(id, 30, { status: 'created', channel: 'web' }),
    order(id, 20, { status: 'created' }),
    order(id, 10, { status: 'created' }),
    order(id, 40, { status: 'paid', channel: 'app', sequence: 2 }),
    order(id, 50, { status: 'cancelled', sequence: 3 }),
    order(id, 45, { status: 'cancelled', sequence: 4 }),
    makeEvent('payments.payment.confirmed', { payment_id: `y-${id}`, ...of, amount: 10 }, hour(31)),
    makeEvent(
      'returns.return.status_changed',
      { return_id: `r-${id}`, ...of, status: 'refunded', refund_amount: 3 },
      hour(60),
    ),
    makeEvent(
      'returns.return.status_changed',
      { return_id: `r-${id}`, ...of, status: 'refunded', refund_amount: 4 },
      hour(55),
    ),
  ];
}

const rollupOf = (sql: Sql) => sql`
  select bucket, currency, channel, country, placed::text, cancelled::text, gross::text, cancellations::text,
    cancellations_order_date::text, returns::text, returns_order_date::text, collected::text
  from hourly_metrics order by bucket, currency, channel, country`;
const recomputed = (sql: Sql) => sql`
  select hour_of(at) as bucket, currency, channel, country, sum(placed)::text as placed, sum(cancelled)::text as cancelled,
    sum(gross)::text as gross, sum(cancellations)::text as cancellations,
    sum(cancellations_order_date)::text as cancellations_order_date, sum(returns)::text as returns,
    sum(returns_order_date)::text as returns_order_date, sum(collected)::text as collected
  from sales_movements group by 1, 2, 3, 4 order by 1, 2, 3, 4`;

it('leaves rollups that equal their recomputation when batches and aggregation run at the same time', async () => {
  // Round robin, so that the events of one order meet in different workers at the same time
  const events = Array.from({ length: ORDERS }, (_, index) => lifeOf(`o${index}`)).flat();
  const batches = Array.from({ length: WORKERS }, (_, worker) =>
    events.filter((_, index) => index % WORKERS === worker),
  );
  let isIngesting = true;
  const aggregator = database.connect('analytics_jobs', { max: 1 });
  const aggregation = (async () => {
    while (isIngesting) await aggregateWindows(aggregator, { zone: 'UTC', limit: 1_000 });
  })();
  const failures = await Promise.all(
    batches.map(async (batch) => {
      const ingestion = makeIngestion(database.connect('analytics_ingest', { max: 1 }));
      for (let start = 0; start < batch.length; start += 6) await ingestion.ingest(batch.slice(start, start + 6));
      return ingestion.failures;
    }),
  );
  isIngesting = false;
  await aggregation;
  await aggregateWindows(aggregator, { zone: 'UTC', limit: 1_000 });

  expect(failures.flat()).toEqual([]);
  const sql = database.connect();
  const rollup = await rollupOf(sql);
  expect(rollup.length).toBeGreaterThan(0);
  expect([...rollup]).toEqual([...(await recomputed(sql))]);
  expect(await sql`select count(*)::int as orders, count(cancelled_at)::int as cancelled from orders`).toEqual([
    { orders: ORDERS, cancelled: ORDERS },
  ]);
});
