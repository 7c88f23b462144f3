import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Refusal, sendBatches } from '../../local/commands/send-batches.ts';
import { makeEntry, sendToBus } from '../../local/commands/send-to-bus.ts';
import { waitUntilDrained } from '../../local/commands/wait-until-drained.ts';
import { localClient, startTestSystem, type TestSystem } from '../setup/system.ts';
import { sumProductsOfTheSet } from './products-of-the-set.ts';
import { sumReturnsOfTheSet } from './returns-of-the-set.ts';

/** Beside the project, not part of it. */
const DATA = join(import.meta.dirname, '../../../shared/data');
const isThere = existsSync(join(DATA, 'README.md'));
const why = isThere ? '' : ' (skipped: ../shared/data is not there)';

interface Figures {
  readonly orders: number;
  readonly gross: string;
  readonly returns: string;
}

const plain = (number: string) => number.replaceAll(',', '');

/** The table and the countries of the set's README: what its rows sum up to. */
function readExpected() {
  const text = readFileSync(join(DATA, 'README.md'), 'utf8');
  const rows = [...text.matchAll(/^\| (\d{4}-\d\d|all) \| ([\d,]+) \| ([\d,.]+) \| ([\d,.]+) \|$/gm)];
  const figures = new Map(
    rows.map(([, name, orders, gross, returns]): [string, Figures] => [
      name!,
      { orders: Number(plain(orders!)), gross: plain(gross!), returns: plain(returns!) },
    ]),
  );
  const [, list = ''] = /^Gross by country: (.+)\.$/m.exec(text) ?? [];
  const countries = list.split('; ').map((entry) => /^(.+) ([\d,.]+)$/.exec(entry)!);
  const [, customers = ''] = /^Customers with an id: ([\d,]+),/m.exec(text) ?? [];
  const [, events = ''] = /contract\.md`: ([\d,]+) events/.exec(text) ?? [];
  return {
    all: figures.get('all')!,
    months: [...figures].filter(([name]) => name !== 'all').map(([month, rest]) => ({ month, ...rest })),
    countries: countries.map(([, country, gross]) => ({ country: country!, gross: plain(gross!) })),
    customers: Number(plain(customers)),
    events: Number(plain(events)),
  };
}

async function readEvents(): Promise<string[]> {
  const child = spawn(process.execPath, [join(DATA, 'uci-to-events.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  return lines;
}

const shuffled = (lines: readonly string[]) =>
  lines
    .map((line) => ({ line, rank: createHash('sha256').update(line).digest('hex') }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ line }) => line);

describe.skipIf(!isThere)(`the UCI Online Retail set${why}`, () => {
  const expected = isThere ? readExpected() : undefined!;
  let system: TestSystem;
  let lines: string[];

  beforeAll(async () => {
    system = await startTestSystem({ RAW_RETENTION_DAYS: '36500' });
    lines = await readEvents();
    await publish(lines);
  }, 200_000);
  afterAll(() => system?.stop());

  async function publish(bodies: readonly string[]): Promise<void> {
    const client = new EventBridgeClient({ ...localClient, endpoint: system.outputs.endpoints.events });
    const entries = bodies.values().map((body, index) => {
      const entry = makeEntry(body, system.outputs.eventBusName, `event ${index}`);
      if ('code' in entry) throw new Error(`event ${index}: ${entry.code}`);
      return entry;
    });
    const refused: Refusal[] = [];
    await sendBatches(entries, sendToBus(client), (sent) => refused.push(...sent.refused));
    client.destroy();
    expect(refused).toEqual([]);
    await waitUntilDrained(system.outputs, { timeoutSeconds: 150 });
  }

  async function ask<Data>(path: string, from = '2010-12-01', to = '2012-01-01'): Promise<Data> {
    const query = `from=${from}&to=${to}&currency=GBP&granularity=month`;
    const answer = await system.get(`/api/v1/analytics/${path}?${query}`);
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { data: Data }).data;
  }
  type Revenue = {
    readonly totals: Figures;
    readonly series: readonly (Figures & { readonly bucket: string })[];
    readonly byCountry: readonly { readonly country: string; readonly gross: string }[];
  };
  type Overview = {
    readonly sales: Figures;
    readonly orders: { readonly placed: number };
    readonly customers: { readonly new: number; readonly returning: number };
  };

  const count = async () => {
    const [row] = await system.sql`
      select (select count(*)::int from processed_events) as ledger, (select count(*)::int from analytics_events) as events,
             (select count(*)::int from dead_letter_queue) as dead`;
    return row;
  };
  const metrics = async () => {
    const status = await fetch(new URL('/status', system.outputs.controlUrl));
    return ((await status.json()) as { metrics: Record<string, number> }).metrics;
  };
  const answers = async () => [await ask<Revenue>('revenue'), await ask<Overview>('dashboard/overview')] as const;

  test('has the README that this test reads', () => {
    expect(expected.months).toHaveLength(13);
    expect(expected.countries).toHaveLength(5);
    expect(expected.events).toBe(lines.length);
  });

  test('is stored whole, each event once', async () => {
    const { events } = expected;
    expect(await count()).toEqual({ ledger: events, events, dead: 0 });
    expect(await metrics()).toMatchObject({ EventsStored: events, EventsDuplicate: 0, EventsRejected: 0 });
  });

  test('gives the orders, gross sales and returns of each month and in all', async () => {
    const { totals, series } = await ask<Revenue>('revenue');
    expect(totals).toMatchObject(expected.all);
    const months = series.map(({ bucket, orders, gross, returns }) => ({
      month: bucket.slice(0, 7),
      orders,
      gross,
      returns,
    }));
    expect(months).toEqual(expected.months);
  });

  test('gives the gross sales of its first five countries', async () => {
    const { byCountry } = await ask<Revenue>('revenue');
    expect(byCountry.slice(0, 5).map(({ country, gross }) => ({ country, gross }))).toEqual(expected.countries);
  });

  test('gives the same on the overview, month by month and in all', async () => {
    const figures = ({ sales, orders }: Overview) => ({ ...sales, orders: orders.placed });
    const whole = await ask<Overview>('dashboard/overview');
    expect(figures(whole)).toMatchObject(expected.all);
    expect(whole.customers).toMatchObject({ new: expected.customers, returning: 0 });
    for (const { month, ...sums } of expected.months) {
      const [year, number] = month.split('-').map(Number) as [number, number];
      const next = new Date(Date.UTC(year, number)).toISOString().slice(0, 10);
      expect(figures(await ask<Overview>('dashboard/overview', `${month}-01`, next)), month).toMatchObject(sums);
    }
  });

  test('gives every figure of its products, class by class', async () => {
    type Row = Record<string, unknown> & { readonly productId: string };
    const products: object[] = [];
    const unseen = {
      views: null,
      carts: null,
      viewToCart: null,
      cartToOrder: null,
      viewToOrder: null,
      categoryId: null,
    };
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = `from=2010-12-01&to=2012-01-01&currency=GBP&limit=500${cursor && `&cursor=${cursor}`}`;
      const answer = await system.get(`/api/v1/analytics/products/performance?${query}`);
      const { data, meta } = (await answer.json()) as {
        data: { products: Row[] };
        meta: { nextCursor: string | null };
      };
      for (const { name: _, views, carts, viewToCart, cartToOrder, viewToOrder, categoryId, ...row } of data.products) {
        expect({ views, carts, viewToCart, cartToOrder, viewToOrder, categoryId }).toEqual(unseen);
        products.push(row);
      }
      cursor = meta.nextCursor;
    }
    expect(products).toEqual(sumProductsOfTheSet(join(DATA, 'uci-online-retail.csv.gz')));
  });

  test('gives every figure of the returns, month by month and product by product', async () => {
    const set = sumReturnsOfTheSet(join(DATA, 'uci-online-retail.csv.gz'));
    type Row = {
      readonly bucket: string;
      readonly productId: string;
      readonly name: unknown;
      readonly handlingCost: unknown;
    };
    type Returns = typeof set & { readonly series: readonly Row[]; readonly categories: readonly object[] };
    const products: object[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query = `from=2010-12-01&to=2012-01-01&currency=GBP&granularity=month&limit=500${cursor && `&cursor=${cursor}`}`;
      const answer = await system.get(`/api/v1/analytics/returns?${query}`);
      const { data, meta } = (await answer.json()) as { data: Returns; meta: { nextCursor: string | null } };
      const { returns, units, refunds, rates, series, categories } = data;
      expect({ returns, units, refunds }).toEqual({ returns: set.returns, units: set.units, refunds: set.refunds });
      expect(rates).toEqual({ ...set.rates, value: Math.round(set.rates.value * 10_000) / 10_000 });
      const months = series.map(({ bucket, handlingCost: _, ...sums }) => ({ month: bucket.slice(0, 7), ...sums }));
      expect(months).toEqual(set.months);
      expect(categories).toMatchObject([{ categoryId: null, units: set.units, rate: set.rates.units }]);
      products.push(...(data.products as unknown as Row[]).map(({ name: _, ...row }) => row));
      cursor = meta.nextCursor;
    }
    expect(products).toEqual(set.products);
  });

  test('gives its orders as paid when they were created, and nothing of parcels', async () => {
    type Orders = { readonly placed: number; readonly byCarrier: null; readonly fulfilment: object };
    const orders = await ask<Orders>('orders');
    expect(orders).toMatchObject({
      ...{ placed: expected.all.orders, cancellationRate: 0, byCarrier: null },
      statusDistribution: [{ status: 'created', orders: expected.all.orders, share: 1 }],
      fulfilment: { createdToPaidHours: { mean: 0, median: 0, p90: 0, count: expected.all.orders }, overdue: null },
    });
  });

  test('changes nothing when it comes again, shuffled', async () => {
    const { events } = expected;
    const before = await answers();
    await publish(shuffled(lines));
    expect(await answers()).toEqual(before);
    expect(await count()).toEqual({ ledger: events, events, dead: 0 });
    expect(await metrics()).toMatchObject({ EventsStored: events, EventsDuplicate: events, EventsRejected: 0 });
  }, 200_000);
});
