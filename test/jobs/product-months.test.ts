import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { monthOf } from '#core/month-of.ts';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { productCellsByMonth } from '#db/query/product-cells.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

const now = new Date('2026-12-10T12:00:00Z');
const zone = 'Africa/Casablanca'; // whose rules change often: the runtime's and the database's differed for autumn 2026
const october = monthOf(Temporal.Instant.from('2026-10-11T10:00:00Z'), zone);
let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
});
afterAll(() => database.drop());

async function orderAndAggregate(id: string, time: string): Promise<void> {
  const items = [{ product_id: 'p', quantity: 1, unit_price: 1 }];
  const order = makeEvent(
    'orders.order.status_changed',
    { order_id: id, status: 'created', currency: 'EUR', items },
    { time },
  );
  const limits = { now, rawRetentionDays: 90, maxFutureHours: 24 };
  await makeIngestion(database.connect('analytics_ingest'), { limits }).ingest([order]);
  await aggregateWindows(database.connect('analytics_jobs'), { zone, limit: 10, now });
}

it.each(['dirty_months', 'product_months'])(
  'a month that began otherwise by other rules of the zone is counted once (%s)',
  async (table) => {
    const owner = database.connect();
    await orderAndAggregate(`${table} 1`, '2026-10-11T10:00:00Z');
    const [{ units: before }] = await owner<
      [{ units: number }]
    >`select sum(units)::int as units from product_performance`;
    const [from, until] = [october.from, october.to].map((edge) => edge.subtract({ hours: 1 }).toString());
    await (table === 'dirty_months'
      ? owner`insert into dirty_months (time_zone, month, until) values (${zone}, ${from!}, ${until!})`
      : owner`update product_months set bucket = ${from!}`);
    await orderAndAggregate(`${table} 2`, '2026-10-12T10:00:00Z');
    const range = { from: monthOf(october.from.subtract({ hours: 48 }), zone).from, to: october.to };
    const [sum] = await database
      .connect('analytics_query')
      .begin(
        (tx) => tx`select sum(units)::int as units from (${productCellsByMonth(tx, range, zone, 'EUR')}) as cells`,
      );
    expect(sum).toEqual({ units: before + 1 });
  },
);
