/**
 * One question asked of the events where they may lie: the partition in PostgreSQL, rollups, the exported files, and Parquet
 * made of them. Run by hand for decision 0022 (`node bench/olap.ts [EVENTS] [DIRECTORY]`); a directory keeps the files.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import postgres from 'postgres';
import { applyMigrations } from '#db/apply-migrations.ts';
import { beginExport } from '#db/retain/begin-export.ts';
import { readRetainedMonth } from '#db/retain/read-retained-month.ts';
import type { ExportObjects } from '#runtime/export-objects.ts';
import { exportMonth } from '../functions/jobs/export-month.ts';
import { ensureDatabase, startPostgres } from '../local/postgres.ts';
import { makeDirectory } from './make-directory.ts';
import { median } from './report.ts';

const MONTH = '2026-09';
const ROUNDS = 5;
const events = Number(process.argv[2] ?? 1_000_000);
const kept = process.argv[3];
const directory = kept ?? makeDirectory('olap');

const QUESTIONS = {
  'orders and gross by day': `select date_trunc('day', occurred_at) as day, count(*), sum(amount) from events
    where event_type = 'orders.order.status_changed' group by 1 order by 1`,
  'views and carts of the 10 top products': `select product_id, count(*) filter (where event_type = 'analytics.product_view') as views,
    count(*) filter (where event_type = 'analytics.cart_changed') as carts from events where product_id is not null
    group by 1 order by 2 desc, 1 limit 10`,
  'funnel in distinct sessions': `select event_type, count(distinct session_id) from events group by 1 order by 1`,
} as const;
/** What the first asks of the rollup. */
const FROM_ROLLUP = 'select bucket, sum(placed), sum(gross) from daily_metrics group by 1 order by 1';

const fill = `
  insert into analytics_events (event_source, event_id, event_type, schema_version, occurred_at, received_at, order_id, customer_id,
    session_id, product_id, channel, currency, amount, data)
  select '/shop', md5(n::text)::uuid::text, type, 'v1', at, at, case type when 'orders.order.status_changed' then 'o-' || n end,
    case n % 5 when 0 then 'c-' || n % 40000 end, 's-' || n / 8, case when type like '%product%' or type like '%cart_c%' then 'p-' || hashint8(n) % 5000 end,
    (array['web', 'app', 'store'])[1 + n % 3], case type when 'orders.order.status_changed' then 'EUR' end,
    case type when 'orders.order.status_changed' then (hashint8(n) & 65535) / 100.0 end,
    jsonb_build_object('session_id', 's-' || n / 8, 'page_url', 'https://shop.example/p/' || hashint8(n) % 5000, 'channel', 'web',
      'user_agent', jsonb_build_object('os', 'iOS', 'browser', 'Safari', 'device', 'mobile', 'hmac', md5((n / 8)::text), 'key', 'v1'),
      'ip_address', '10.' || n % 256 || '.7.0')
  from (
    select n, timestamptz '${MONTH}-01Z' + n * (interval '30 days' / ${events}) as at, (array['analytics.page_view', 'analytics.page_view',
      'analytics.page_view', 'analytics.page_view', 'analytics.product_view', 'analytics.product_view', 'analytics.cart_changed',
      'analytics.checkout_started', 'orders.order.status_changed', 'analytics.page_view'])[1 + n % 10] as type
    from generate_series(0, ${events} - 1) as n
  ) as made`;

const rollUp = `
  insert into daily_metrics (bucket, time_zone, rate_day, currency, channel, country, placed, cancelled, cancelled_order_date, gross, discounts,
    cancellations, cancellations_order_date, returns, returns_order_date, tax, shipping, collected, payments)
  select date_trunc('day', occurred_at), 'UTC', occurred_at::date, currency, channel, (array['DE', 'AT', 'FR', 'IT'])[1 + abs(hashtext(event_id)) % 4],
    count(*), 0, 0, sum(amount), 0, 0, 0, 0, 0, 0, 0, 0, 0
  from analytics_events where event_type = 'orders.order.status_changed' group by 1, 3, 4, 5, 6`;

async function timed(ask: () => Promise<unknown>): Promise<number> {
  await ask();
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begun = performance.now();
    await ask();
    rounds.push(performance.now() - begun);
  }
  return Math.round(median(rounds) * 10) / 10;
}

const sizeOf = (path: string): number =>
  statSync(path).isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
    : statSync(path).size;
const perEvent = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB, ${Math.round(bytes / events)} bytes an event`;

const database = makeDirectory('olap');
const cluster = await startPostgres({ directory: join(database, 'postgres'), durable: true });
try {
  await ensureDatabase(cluster, 'bench', 'analytics_migrate');
  const sql = postgres(cluster.url('bench', 'analytics_migrate'), {
    max: 1,
    onnotice: () => {},
    connection: { TimeZone: 'UTC' },
  });
  await applyMigrations(sql, new URL('../db/migrations/', import.meta.url));
  await sql`select ensure_event_partitions(array[${`${MONTH}-01Z`}::text::timestamptz])`;
  await sql.unsafe(fill);
  await sql.unsafe(rollUp);
  await sql.unsafe('vacuum analyze');
  const [size] = await sql`
    select pg_total_relation_size('analytics_events_2026_09')::float8 as events, pg_total_relation_size('daily_metrics')::float8 as rollup`;
  console.info(`${events} events of 30 days`);
  console.info(
    `PostgreSQL, partition with its indexes: ${perEvent(size!.events)}; the rollup by day: ${(size!.rollup / 1024).toFixed(0)} KiB`,
  );

  const objects: ExportObjects = {
    put: async (key, body) => {
      mkdirSync(dirname(join(directory, key)), { recursive: true });
      writeFileSync(join(directory, key), body);
    },
    readBack: async () => undefined,
    list: async () => [],
    remove: async () => {},
  };
  await beginExport(sql, { month: MONTH, attempt: null, surrogateKey: randomBytes(32) });
  const begun = performance.now();
  const limits = { hasTime: () => true, blocksPerRead: 256, fileBytes: 8 * 2 ** 20 };
  await exportMonth(sql, objects, (await readRetainedMonth(sql, MONTH))!, limits);
  const seconds = (performance.now() - begun) / 1000;
  console.info(
    `export as NDJSON, gzip: ${perEvent(sizeOf(join(directory, 'analytics_events')))}, ${Math.round(events / seconds)} events/s`,
  );
  const recheck = performance.now();
  await sql`select * from sum_event_month(${`${MONTH}-01`}::text::date)`;
  console.info(`sum of the month under lock: ${Math.round(performance.now() - recheck)} ms`);

  const duck = await (await DuckDBInstance.create(':memory:')).connect();
  const files = `read_ndjson('${directory}/analytics_events/*/*.gz', columns = {event_source: 'VARCHAR', event_id: 'VARCHAR', event_type: 'VARCHAR',
    occurred_at: 'TIMESTAMPTZ', session_id: 'VARCHAR', product_id: 'VARCHAR', order_id: 'VARCHAR', customer_id: 'VARCHAR', channel: 'VARCHAR', currency: 'VARCHAR', amount: 'DECIMAL(38, 4)', data: 'JSON'})`;
  const parquet = join(directory, 'events.parquet');
  await duck.run(`copy (select * from ${files}) to '${parquet}' (format parquet, compression zstd)`);
  console.info(`the same as Parquet, zstd: ${perEvent(sizeOf(parquet))}`);
  for (const [name, question] of Object.entries(QUESTIONS)) {
    const of = (relation: string) => question.replaceAll('from events', `from ${relation}`);
    const inPostgres = await timed(() => sql.unsafe(of('analytics_events')));
    const inFiles = await timed(() => duck.run(of(files)));
    const inParquet = await timed(() => duck.run(of(`'${parquet}'`)));
    const rollup =
      name === 'orders and gross by day' ? `, rollup ${await timed(() => sql.unsafe(FROM_ROLLUP))} ms` : '';
    console.info(
      `${name}: PostgreSQL ${inPostgres} ms${rollup}, DuckDB over NDJSON.gz ${inFiles} ms, over Parquet ${inParquet} ms`,
    );
  }
  duck.closeSync();
  await sql.end();
} finally {
  await cluster.stop();
  rmSync(database, { recursive: true, force: true });
  if (kept === undefined) rmSync(directory, { recursive: true, force: true });
}
