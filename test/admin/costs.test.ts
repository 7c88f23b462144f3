import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { attributeStorage, monthlyCost } from '#core/attribute-storage.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

let db: TestDatabase;
let owner: Sql;
beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  owner = db.connect();
  await owner`select ensure_event_partitions(array['2026-01-10', '2026-02-10', '2026-03-10']::timestamptz[])`;
  await store('analytics.page_view', 900, '2026-01-10', 300);
  await store('orders.order.status_changed', 100, '2026-01-11', 2_000);
  await store('analytics.page_view', 50, '2026-02-10', 300);
});
afterAll(() => db?.drop());

/** `size`: of the data, about. */
async function store(type: string, count: number, day: string, size: number): Promise<void> {
  await owner`
    insert into analytics_events (event_source, event_id, event_type, schema_version, occurred_at, data)
    select '/shop', ${`${type}${day}`} || i, ${type}, 'v1', ${day}::timestamptz + i * interval '1 second',
      jsonb_build_object('text', (select string_agg(md5(i::text || j), '') from generate_series(1, ${size}::int / 32) as j))
    from generate_series(1, ${count}::int) as i`;
}

/** The costs as the admin's login of the database sees them. */
async function costs(settings: Readonly<Record<string, string>> = {}) {
  vi.resetModules();
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  const { route } = await import('../../functions/admin/routes/read-costs.ts');
  const database = () => db.connect('analytics_admin');
  vi.unstubAllEnvs();
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of the answer.
  return (await route.answer(null, { database, dryRun: false, hasTime: () => true })) as any;
}

it('sums to what analytics_events occupies, byte for byte, with the rows of each type', async () => {
  const { data, meta } = await costs();
  const [measured] = await owner`
    select
      (select sum(pg_total_relation_size(relid)) from pg_partition_tree('analytics_events'))::int as events,
      (select sum(pg_total_relation_size(oid)) from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'm', 'p'))::int as everything`;
  expect(data.events.bytes).toBe(measured!.events);
  const { types } = data.events;
  expect(types.reduce((sum: number, { bytes }: { bytes: number }) => sum + bytes, 0)).toBe(measured!.events);
  expect(data.total.bytes).toBe(measured!.everything);
  expect(data.events.isEstimated).toBe(false);
  const rows = await owner`
    select event_type as type, count(*)::int as rows from analytics_events group by 1 order by 2 desc`;
  expect(types.map(({ type, rows: counted }: { type: string; rows: number }) => ({ type, rows: counted }))).toEqual(
    rows,
  );
  const [views, orders] = types;
  expect(orders.bytesPerEvent).toBeGreaterThan(3 * views.bytesPerEvent);
  expect(views.share + orders.share).toBeCloseTo(1, 5);
  const names = data.tables.map(({ name }: { name: string }) => name);
  expect(names).toContain('processed_events');
  expect(names.filter((name: string) => name.startsWith('analytics_events'))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
  expect(views.monthlyCost).toBeNull();
  expect(meta.notes).toEqual([expect.stringContaining('STORAGE_PRICE_PER_GIB_MONTH')]);
});

it('tells money where a price is given', async () => {
  const { data, meta } = await costs({ STORAGE_PRICE_PER_GIB_MONTH: '1000' });
  expect(data.pricePerGibMonth).toBe('1000');
  expect(Number(data.events.monthlyCost)).toBeCloseTo((data.events.bytes / 2 ** 30) * 1000, 5);
  expect(meta.notes).toEqual([]);
});

it('a price has its month: GiB by 6 decimals, half up', () => {
  expect(monthlyCost(2 ** 30, '0.1')).toBe('0.100000');
  expect(monthlyCost(2 ** 29, '0.000001')).toBe('0.000001');
  expect(monthlyCost(2 ** 29 - 1, '0.000001')).toBe('0.000000');
  expect(monthlyCost(3 * 2 ** 40, '0.11')).toBe('337.920000');
});

it('divides in whole bytes by largest remainder, an unseen partition as all together', () => {
  const partitions = [
    { name: 'p', bytes: 100 },
    { name: 'empty', bytes: 10 },
  ];
  const weights = [
    { partition: 'p', type: 'a', rows: 2, bytes: 1 },
    { partition: 'p', type: 'b', rows: 2, bytes: 1 },
    { partition: 'p', type: 'c', rows: 2, bytes: 1 },
  ];
  expect(attributeStorage(partitions, weights, 0.5)).toEqual([
    { type: 'a', rows: 4, bytes: 38, share: 0.345455, bytesPerEvent: 10 },
    { type: 'b', rows: 4, bytes: 36, share: 0.327273, bytesPerEvent: 9 },
    { type: 'c', rows: 4, bytes: 36, share: 0.327273, bytesPerEvent: 9 },
  ]);
  expect(attributeStorage(partitions, [], 1)).toEqual([]);
});
