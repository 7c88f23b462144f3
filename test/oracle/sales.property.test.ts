import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSnapshot } from '#db/query/read-snapshot.ts';
import { sumSales } from '#db/query/sum-sales.ts';
import { amountOf } from './amounts.ts';
import { askRoute } from './ask-route.ts';
import { publications, publishRates, storeWithRates } from './make-rates.ts';
import { streams } from './make-stream.ts';
import { BUSINESS_ZONE, createStreamDatabase, type StreamDatabase } from './stream-database.ts';

let db: StreamDatabase;
beforeAll(async () => {
  db = await createStreamDatabase();
});
afterAll(() => db.drop());

const all = { from: '2026-10-20', to: '2026-10-31', granularity: 'day' };

test('over all time both lenses give the same totals, and groups and buckets sum to them', async () => {
  await fc.assert(
    fc.asyncProperty(streams, publications, async (stream, rates) => {
      await storeWithRates(db, stream, rates);
      await publishRates(db.writer, rates, 2);
      const processed = await askRoute(db.reader, 'revenue', { ...all, lens: 'processed_date' });
      const ordered = await askRoute(db.reader, 'revenue', { ...all, lens: 'order_date' });
      expect(ordered.data.totals).toEqual(processed.data.totals);
      for (const { data } of [processed, ordered]) {
        for (const rows of [data.series, data.byChannel, data.byCountry])
          expect(sumOf(rows)).toEqual(sumOf([data.totals]));
        expect(sumOf(data.byPaymentMethod).collected).toBe(sumOf([data.totals]).collected);
      }
    }),
    { numRuns: 30 },
  );
}, 60_000);

test('the three relations that sums are read from agree', async () => {
  await fc.assert(
    fc.asyncProperty(streams, publications, async (stream, rates) => {
      await storeWithRates(db, stream, rates);
      await publishRates(db.writer, rates, 2);
      const day = (date: string) => Temporal.PlainDate.from(date).toZonedDateTime(BUSINESS_ZONE).toInstant();
      const starts = ['2026-10-22', '2026-10-25', '2026-10-26'].map(day);
      const range = { from: day('2026-10-22'), to: day('2026-10-29') };
      const sums = (['days', 'hours', 'movements'] as const).map((relation) =>
        readSnapshot(db.reader, (tx) =>
          sumSales(tx, {
            ...{ relation, range, starts, businessZone: BUSINESS_ZONE, currency: 'EUR', channel: null },
            ...{ lens: 'order_date', groupBy: 'channel' },
          }),
        ),
      );
      // 1.5 and 1.50 are one amount
      const shown = (value: unknown) =>
        /^-?\d+\.\d+$/.test(String(value)) ? amountOf(value).toString() : String(value);
      const [days, hours, movements] = (await Promise.all(sums)).map((rows) =>
        rows
          .map((row) =>
            Object.entries(row)
              .map(([name, value]) => `${name} ${shown(value)}`)
              .join(', '),
          )
          .toSorted(),
      );
      expect(hours).toEqual(days);
      expect(movements).toEqual(days);
    }),
    { numRuns: 30 },
  );
}, 60_000);

function sumOf(rows: readonly Record<string, unknown>[]) {
  const names = [
    'gross',
    'discounts',
    'cancellations',
    'returns',
    'net',
    'tax',
    'shipping',
    'total',
    'collected',
    'orders',
  ];
  const sum = (name: string) => rows.reduce((total, row) => total + amountOf(row[name] ?? 0), 0n);
  return Object.fromEntries(names.map((name) => [name, sum(name)]));
}
