import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { answer as channels } from '../../functions/query/routes/channels.ts';
import { answer as marketing } from '../../functions/query/routes/marketing.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

const now = new Date('2026-06-30T12:00:00Z');
let db: TestDatabase;
let reader: Sql;

const at = (time: string) => ({ time: `2026-${time}Z` });
const order = (id: string, time: string, data: object) =>
  makeEvent(
    'orders.order.status_changed',
    { order_id: id, status: 'created', currency: 'EUR', items: [], total_amount: '30.00', ...data },
    at(time),
  );
const visit = (session_id: string, time: string, data: object) =>
  makeEvent('analytics.page_view', { session_id, page_url: 'https://shop.example/', ...data }, at(time));
const mail = { utm: { source: 'mail', medium: 'email', campaign: 'june' } };
const ads = { utm: { source: 'google', medium: 'cpc' } };

const events = [
  // 30 days to the microsecond before anna's order, and one more
  visit('on-the-edge', '05-11T10:00:00.000000', { anonymous_id: 'a-phone', ...mail }),
  visit('too-old', '05-11T09:59:59.999999', { anonymous_id: 'a-phone', ...ads }),
  visit('direct', '06-09T10:00:00', { customer_id: 'anna', anonymous_id: 'a-phone' }),
  order('anna-1', '06-10T10:00:00.000000', { customer_id: 'anna', channel: 'web' }),
  // the kiosk is ben's and cleo's: a session without a customer there is neither's
  visit('kiosk-ben', '06-12T09:00:00', { customer_id: 'ben', anonymous_id: 'kiosk', ...ads }),
  visit('kiosk-cleo', '06-12T09:30:00', { customer_id: 'cleo', anonymous_id: 'kiosk' }),
  visit('kiosk', '06-12T09:45:00', { anonymous_id: 'kiosk', ...mail }),
  order('ben-1', '06-12T10:00:00', { customer_id: 'ben', channel: 'app' }),
  order('ben-2', '06-13T10:00:00', { customer_id: 'ben', channel: 'web', total_amount: '10.005' }),
  order('guest', '06-14T10:00:00', { total_amount: '7.00' }),
  order('dollars', '06-14T11:00:00', { customer_id: 'dan', currency: 'USD' }),
  order('gone', '06-15T10:00:00', { customer_id: 'ben', channel: 'web' }),
  makeEvent(
    'orders.order.status_changed',
    { order_id: 'gone', status: 'cancelled', sequence: 2 },
    at('06-15T11:00:00'),
  ),
  ...(['05-31', '06-01', '06-30', '07-01'] as const).map((day) =>
    makeEvent(
      'marketing.spend.recorded',
      { spend_date: `2026-${day}`, amount: '5', currency: 'EUR', source: 'google', medium: 'cpc', clicks: 3 },
      at('06-30T00:00:00'),
    ),
  ),
];

beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  const limits = { now, rawRetentionDays: 90, maxFutureHours: 24 };
  const { ingest, failures, letters } = makeIngestion(db.connect('analytics_ingest'), { limits });
  await ingest(events);
  expect([...failures, ...letters]).toEqual([]);
  await aggregateWindows(db.connect('analytics_jobs'), { zone: 'UTC', limit: 10_000 });
  reader = db.connect('analytics_query', { max: 1 });
});
afterAll(() => db.drop());

async function ask(route: typeof marketing, query: string) {
  const request = { query: new URLSearchParams(query), database: () => reader, timeZone: 'UTC', currency: 'EUR', now };
  // biome-ignore lint/suspicious/noExplicitAny: a JSON answer
  return (await route(request)).body as any;
}

describe('/marketing', () => {
  test('credits the sessions of the same person in the 30 days up to the order', async () => {
    const { data, meta } = await ask(marketing, 'from=2026-06-01&to=2026-07-01');
    const none = { impressions: null, clicks: 0, spend: '0.00', roas: null };
    expect(data.campaigns).toEqual([
      {
        ...{ source: 'google', medium: 'cpc', campaign: 'unknown', spend: '10.00', impressions: null, clicks: 6 },
        ...{ attributedRevenue: '40.00', roas: 4, newCustomers: 1, cac: '10.0000' }, // 30.00 and 10.005, to the even cent
      },
      {
        ...{ source: 'mail', medium: 'email', campaign: 'june', ...none },
        ...{ attributedRevenue: '30.00', newCustomers: 1, cac: '0.0000' },
      },
    ]);
    expect(data.unattributed).toEqual({ conversions: 1, revenue: '7.00', newCustomers: 1 });
    expect(meta).toMatchObject({ unconverted: 1, nextCursor: null });
    expect(meta.notes).toEqual(['never sent: impressions: marketing.spend.recorded with impressions']);
  });

  test('gives the last touch its order even if it was direct, where the model says so', async () => {
    const { data } = await ask(marketing, 'from=2026-06-10&to=2026-06-11&model=last');
    expect(data.campaigns).toEqual([
      expect.objectContaining({ source: '(direct)', medium: '(none)', attributedRevenue: '30.00', newCustomers: 0 }),
      expect.objectContaining({ source: 'mail', attributedRevenue: '0.00', newCustomers: 1 }),
    ]);
  });

  test('pages by cursor', async () => {
    const period = 'from=2026-06-01&to=2026-07-01&limit=1';
    const first = await ask(marketing, period);
    const second = await ask(marketing, `${period}&cursor=${first.meta.nextCursor}`);
    expect([first, second].map(({ data }) => data.campaigns.map(({ source }: { source: string }) => source))).toEqual([
      ['google'],
      ['mail'],
    ]);
    expect(second.data.totals).toEqual(first.data.totals);
    expect(second.meta.nextCursor).toBeNull();
  });

  test('takes a spend at the instant its day begins in the business zone', async () => {
    const spent = async (query: string) => (await ask(marketing, query)).data.totals.spend;
    expect(await spent('from=2026-06-01T00:00:00Z&to=2026-06-01T00:00:01Z')).toBe('5.00');
    expect(await spent('from=2026-06-01T00:00:01Z&to=2026-06-30')).toBe('0.00');
    expect(await spent('from=2026-06-30&to=2026-07-02')).toBe('10.00');
  });

  test.each([
    ['model=shapley', 'model'],
    ['limit=0', 'limit'],
    [`cursor=${Buffer.from('["a","1","s","m","c"]').toString('base64url')}`, 'cursor'],
    ['lens=order_date', 'lens'],
  ])('%s is a bad request', async (query, parameter) => {
    await expect(ask(marketing, query)).rejects.toMatchObject({ problem: { status: 400, parameter } });
  });
});

describe('/channels', () => {
  test('counts a customer once in the totals, however many channels', async () => {
    const { data, meta } = await ask(channels, 'from=2026-06-01T00:00:01Z&to=2026-07-01');
    expect(data.totals).toMatchObject({ sessions: 4, orders: 5, customers: 3, conversionRate: 0 });
    expect(
      data.channels.map((row: Record<string, unknown>) => [row.channel, row.orders, row.net, row.customers]),
    ).toEqual([
      ['web', 3, '40.005', 2],
      ['app', 1, '30.00', 1],
      ['unknown', 1, '7.00', 1],
    ]);
    expect(data.customersByChannelCount).toEqual([
      { channels: 1, customers: 2 },
      { channels: 2, customers: 1 },
    ]);
    expect(meta.unconverted).toBe(1);
  });

  test('model=last is a bad request', async () => {
    await expect(ask(channels, 'model=last')).rejects.toMatchObject({ problem: { status: 400, parameter: 'model' } });
  });
});
