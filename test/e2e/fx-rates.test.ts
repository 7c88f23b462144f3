import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeEvent } from '../setup/events.ts';
import { localClient, startTestSystem, type TestSystem } from '../setup/system.ts';

const Bucket = 'bank-rates';
const dayBefore = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
const QUESTION = `/api/v1/analytics/revenue?from=${dayBefore(9)}&to=${dayBefore(1)}&timezone=UTC&currency=EUR`;

let system: TestSystem;
let s3: S3Client;
beforeAll(async () => {
  system = await startTestSystem({ FX_RATES_URL: `s3://${Bucket}/daily/eurofxref-hist.csv` });
  s3 = new S3Client({ ...localClient, endpoint: system.outputs.endpoints.s3, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket })).catch(() => undefined);
});
afterAll(async () => {
  s3.destroy();
  await system.stop();
});

const put = (Body: string) => s3.send(new PutObjectCommand({ Bucket, Key: 'daily/eurofxref-hist.csv', Body }));

async function ask(ifNoneMatch = '') {
  const headers = { authorization: `Bearer ${system.outputs.token}`, 'if-none-match': ifNoneMatch };
  const response = await fetch(new URL(QUESTION, system.outputs.apiUrl), { headers });
  const text = await response.text();
  const { data, meta } = text ? JSON.parse(text) : { data: null, meta: null };
  return {
    status: response.status,
    etag: response.headers.get('etag') ?? '',
    gross: data?.totals.gross,
    unconverted: meta?.unconverted,
  };
}

it('rates come from the file, and by command, and each moves the answers that need them', async () => {
  const order = makeEvent(
    'orders.order.status_changed',
    { order_id: 'o1', status: 'created', currency: 'USD', items: [], total_amount: '11' },
    { time: `${dayBefore(3)}T10:00:00Z` },
  );
  await system.send('orders.order.status_changed', [JSON.stringify(order)]);
  await system.drain();
  await system.runJob('aggregate');
  const none = await ask();
  expect(none).toMatchObject({ status: 200, gross: '0.00', unconverted: 1 });

  await put(`Date,USD,JPY,\n${dayBefore(4)},1.1,163.2,\n${dayBefore(5)},1.2,N/A,\n`);
  const first = await system.runJob('fx-rates');
  expect(first).toMatchObject({ days: 2, newest: dayBefore(4), ordersWithoutRate: 0, isConfigured: true });
  const carried = await ask(none.etag);
  expect(carried).toMatchObject({ status: 200, gross: '10.000000000001', unconverted: 0 });

  expect(await system.runJob('fx-rates')).toMatchObject({ changed: 0 });
  expect(await ask(carried.etag)).toMatchObject({ status: 304, etag: carried.etag });

  await system.runJob('fx-rates', {
    source: 'audit',
    rates: [{ day: dayBefore(3), base: 'USD', rates: { EUR: '0.5' } }],
  });
  expect(await ask(carried.etag)).toMatchObject({ status: 200, gross: '5.50' });
});

it('a file or a payload that is wrong is refused whole, by its place and never by its value', async () => {
  await put('Date,USD\n2026-03-27,secret');
  await expect(system.runJob('fx-rates')).rejects.toThrow(/row 2, USD: expected a number above 0/);
  await expect(system.runJob('fx-rates', { rates: 'secret' })).rejects.toThrow('rates: expected a list of days');
  await expect(system.runJob('fx-rates', { rates: [], csv: '' })).rejects.toThrow('rates, csv: expected one of them');
  await expect(system.runJob('fx-rates', { since: 'secret' })).rejects.toThrow();
});
