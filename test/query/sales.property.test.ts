import fc from 'fast-check';
import type { Sql } from 'postgres';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { readSnapshot } from '#db/query/read-snapshot.ts';
import { sumSales } from '#db/query/sum-sales.ts';
import { answer as overview } from '../../functions/query/routes/dashboard-overview.ts';
import { answer as revenue } from '../../functions/query/routes/revenue.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { SHOP_FROM, SHOP_TO, type Shop, shops, storeShop } from './shop.ts';
import { type Asked, shownTotals, sumByHand } from './sum-by-hand.ts';

const BUSINESS_ZONE = 'Europe/Berlin';
const berlin = new Intl.DateTimeFormat('sv', { timeZone: BUSINESS_ZONE });

/** Pounds in hundredths of a euro, by the day in Berlin; on the other days there is no rate, and never one for dollars. */
const pounds: Readonly<Record<string, number>> = { '2026-10-23': 115, '2026-10-25': 114, '2026-10-26': 113 };
const rateAt = (currency: string, at: number) =>
  currency === 'EUR' ? 100 : currency === 'GBP' ? (pounds[berlin.format(at)] ?? null) : null;

let db: TestDatabase;
let writer: Sql;
let reader: Sql;

beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  writer = db.connect();
  reader = db.connect('analytics_query', { max: 1 });
  for (const [day, rate] of Object.entries(pounds)) {
    await writer`insert into fx_rates values (${day}, 'GBP', 'EUR', ${rate / 100}, 'test')`;
  }
});
afterAll(() => db.drop());

async function store(shop: Shop): Promise<void> {
  await storeShop(writer, shop);
  await aggregateWindows(writer, { zone: BUSINESS_ZONE, limit: 10_000 });
}

async function ask(route: typeof revenue, parameters: Record<string, string>) {
  const query = new URLSearchParams(parameters);
  const now = new Date(SHOP_TO);
  const { status, body } = await route({
    query,
    database: () => reader,
    timeZone: BUSINESS_ZONE,
    currency: 'EUR',
    now,
  });
  expect(status).toBe(200);
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
  return body as any;
}

/** Two of the marks of a shop's time, `step` milliseconds apart, in order. */
const between = (step: number, shown: (at: number) => string) =>
  fc
    .tuple(...[0, 1].map(() => fc.integer({ min: 0, max: Math.ceil((SHOP_TO - SHOP_FROM) / step) })))
    .filter(([a, b]) => a !== b)
    .map((marks) => marks.toSorted((a, b) => a - b).map((mark) => shown(SHOP_FROM + mark * step)))
    .map(([from = '', to = '']) => ({ from, to }));
const utc = (at: number) => new Date(at).toISOString();

/** Ranges of whole days (read from the daily rollup), of whole hours (from the hourly one), and of any other edges. */
const edges = fc.oneof(
  between(86_400_000, (at) => utc(at).slice(0, 10)),
  between(3_600_000, utc),
  between(900_000, utc),
  between(1, utc),
);

const requests = fc.record(
  {
    edges,
    granularity: fc.constantFrom('hour', 'day', 'week', 'month'),
    timezone: fc.constantFrom(BUSINESS_ZONE, 'UTC', 'Asia/Kolkata'),
    lens: fc.constantFrom('processed_date', 'order_date'),
    groupBy: fc.constantFrom('channel', 'country'),
    channel: fc.constantFrom('web', 'unknown'),
  },
  { requiredKeys: ['edges'] },
);

test('every figure of /revenue and /dashboard/overview is what plain code adds up', async () => {
  await fc.assert(
    fc.asyncProperty(shops, fc.array(requests, { minLength: 3, maxLength: 4 }), async (shop, asked) => {
      await store(shop);
      for (const { edges: range, ...rest } of asked) {
        const parameters = { ...range, ...rest } as Record<string, string>;
        const { data, meta } = await ask(revenue, parameters);
        const lens = rest.lens ?? 'processed_date';
        const base: Asked = {
          from: Date.parse(meta.period.from),
          to: Date.parse(meta.period.to),
          lens,
          channel: rest.channel ?? null,
          country: null,
        };
        const total = sumByHand(shop, base, rateAt);
        expect(data.totals).toEqual(shownTotals(total.sums));
        expect(meta.unconverted).toBe(total.unconverted);

        for (const { channel, ...figures } of data.byChannel) {
          expect(figures).toEqual(shownTotals(sumByHand(shop, { ...base, channel }, rateAt).sums));
        }
        for (const { country, ...figures } of data.byCountry) {
          expect(figures).toEqual(shownTotals(sumByHand(shop, { ...base, country }, rateAt).sums));
        }
        expect(sumOf(data.byChannel)).toEqual(sumOf([data.totals]));
        expect(sumOf(data.byCountry)).toEqual(sumOf([data.totals]));
        expect(sumOf(data.series)).toEqual(sumOf([data.totals]));
        expect(sumOf(data.byPaymentMethod).collected).toBe(sumOf([data.totals]).collected);

        const labels: string[] = [...new Set<string>(data.series.map(({ bucket }: { bucket: string }) => bucket))];
        for (const row of data.series) {
          const { bucket, country = null, channel, ...figures } = row;
          const next = labels[labels.indexOf(bucket) + 1];
          const inBucket = {
            ...base,
            from: Math.max(base.from, Date.parse(bucket)),
            to: next === undefined ? base.to : Date.parse(next),
            channel: channel ?? base.channel,
            country,
          };
          expect(figures).toEqual(shownTotals(sumByHand(shop, inBucket, rateAt).sums));
        }

        if (lens === 'order_date') continue;
        const { groupBy: _, lens: __, ...common } = parameters;
        const dashboard = (await ask(overview, common)).data;
        const { orders, averageOrderValue, ...sales } = shownTotals(total.sums);
        expect(dashboard.sales).toEqual(sales);
        expect(dashboard.orders).toMatchObject({ placed: orders, averageOrderValue });
      }
    }),
    { numRuns: 100 },
  );
}, 120_000);

test('over all time both lenses give the same totals', async () => {
  await fc.assert(
    fc.asyncProperty(shops, async (shop) => {
      await store(shop);
      const all = { from: '2026-10-01', to: '2026-11-01', granularity: 'month' };
      const processed = await ask(revenue, { ...all, lens: 'processed_date' });
      const ordered = await ask(revenue, { ...all, lens: 'order_date' });
      expect(ordered.data.totals).toEqual(processed.data.totals);
    }),
    { numRuns: 30 },
  );
}, 60_000);

test('the three relations that sums are read from agree', async () => {
  await fc.assert(
    fc.asyncProperty(shops, async (shop) => {
      await store(shop);
      const day = (date: string) => Temporal.PlainDate.from(date).toZonedDateTime(BUSINESS_ZONE).toInstant();
      const starts = ['2026-10-22', '2026-10-25', '2026-10-26'].map(day);
      const range = { from: starts[0] as Temporal.Instant, to: day('2026-10-29') };
      const sums = (['days', 'hours', 'movements'] as const).map((relation) =>
        readSnapshot(reader, (tx) =>
          sumSales(tx, {
            ...{ relation, range, starts, businessZone: BUSINESS_ZONE, currency: 'EUR', channel: null },
            ...{ lens: 'order_date', groupBy: 'channel' },
          }),
        ),
      );
      const [days, hours, movements] = (await Promise.all(sums)).map((rows) =>
        rows
          .map((row) =>
            JSON.stringify(row)
              .replace(/(\.\d*?)0+"/g, '$1"')
              .replaceAll('."', '"'),
          )
          .toSorted(),
      );
      expect(hours).toEqual(days);
      expect(movements).toEqual(days);
    }),
    { numRuns: 30 },
  );
}, 60_000);

/** Exact sums of the amounts, in millionths. */
function sumOf(rows: readonly Record<string, unknown>[]) {
  const sums: Record<string, bigint> = { gross: 0n, net: 0n, returns: 0n, total: 0n, collected: 0n, orders: 0n };
  for (const row of rows) {
    for (const name of Object.keys(sums)) {
      const [whole = '', fraction = ''] = String(row[name] ?? 0).split('.');
      sums[name] = (sums[name] ?? 0n) + BigInt(whole + fraction.padEnd(6, '0'));
    }
  }
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, String(sum)]));
}
