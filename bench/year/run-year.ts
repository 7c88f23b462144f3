import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';
import { applyMigrations } from '#db/apply-migrations.ts';
import { ensureDatabase, startPostgres } from '../../local/postgres.ts';
import { makeDirectory } from '../make-directory.ts';
import { rawQuestions } from './ask-raw.ts';
import { askRoute, hasPeriod, type Measured, measuredRoutes, measureRoute, wholeDays } from './ask-routes.ts';
import { fillYear, markAllHours, takeSeed } from './fill-year.ts';
import { ingestEvents } from './ingest-events.ts';
import { makeSeed } from './make-seed.ts';
import { inMilliseconds, measure, type Spread } from './measure.ts';
import { aggregateAll, measureAggregation } from './measure-aggregation.ts';
import { type Clone, PERIODS } from './name-clone.ts';

const RAW_ASKS = 7;
const YEAR_DAYS = 365;
const YEAR_ASKS = 10;
/** Periods that the smaller sizes have: more than the 30 days that are asked for. */
const RECENT = 3;

interface Size {
  readonly events: number;
  readonly routes: ReadonlyMap<string, Measured>;
  readonly raw: ReadonlyMap<string, Spread>;
  readonly aggregation: Readonly<Record<string, number>>;
}

/**
 * A shop's year of at least `wanted` events: every route over 30 days, against the same asked of raw events, at three sizes of
 * one database: sparse and recent, dense and recent, dense and a year long; at the last one over the year as well. From the first to the second the 30 days hold more
 * events, from the second to the third there is more history.
 */
export async function benchYear(wanted: number): Promise<void> {
  const directory = makeDirectory('year');
  const cluster = await startPostgres({ directory: join(directory, 'postgres'), durable: false });
  const clients: Sql[] = [];
  const connect = (role: string) => {
    const client = postgres(cluster.url('year', role), { max: 1, onnotice: () => {}, connection: { TimeZone: 'UTC' } });
    clients.push(client);
    return client;
  };
  try {
    await ensureDatabase(cluster, 'year', 'analytics_migrate');
    await applyMigrations(connect('analytics_migrate'), new URL('../../db/migrations/', import.meta.url));
    const admin = connect('postgres');
    const query = connect('analytics_query');
    const end = new Date();
    const seed = makeSeed(end);
    const keys = { current: 'v1', keys: new Map([['v1', randomBytes(32)]]) };
    const bodies = seed.events.map((event) => JSON.stringify(event));
    const tables = await takeSeed(admin, seed, () => ingestEvents(admin, bodies, keys));
    const layers = Math.ceil(wanted / (PERIODS * seed.events.length));
    const sizes: Size[] = [];
    for (const clones of stages(layers)) {
      await timed(`${clones.length * seed.events.length} events more, with their facts`, () =>
        fillYear(admin, seed, tables, clones),
      );
      await setRates(admin, end);
      await markAllHours(admin);
      await timed('all of them aggregated', () => aggregateAll(admin));
      await admin.unsafe('vacuum analyze');
      await timed('measured', async () => void sizes.push(await measureSize(admin, query, end)));
      printRoutes(sizes.at(-1)!);
    }
    await timed('the whole year measured', async () => printRoutes(await measureYear(admin, query)));
    console.table(sizes.map(({ events, aggregation }) => ({ events, ...aggregation })));
  } finally {
    await Promise.all(clients.map((client) => client.end()));
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What each of the three sizes adds to the one before. */
function stages(layers: number): Clone[][] {
  const all = Array.from({ length: PERIODS * layers }, (_, n) => ({
    period: Math.floor(n / layers),
    layer: n % layers,
  }));
  const isSparse = ({ period, layer }: Clone) => period < RECENT && layer < Math.max(1, Math.floor(layers / 4));
  const isRecent = ({ period }: Clone) => period < RECENT;
  return [
    all.filter(isSparse),
    all.filter((clone) => isRecent(clone) && !isSparse(clone)),
    all.filter((clone) => !isRecent(clone)),
  ];
}

/** A rate for every day and currency: what is left out for want of one costs another question. */
async function setRates(sql: Sql, end: Date): Promise<void> {
  await sql`
    insert into fx_rates (day, from_currency, to_currency, rate, source)
    select day::date, currency, 'EUR', 0.9, 'bench'
    from (select distinct currency from orders where currency <> 'EUR') as foreign_ones
    cross join generate_series(${end.toISOString()}::text::timestamptz - interval '400 days', ${end.toISOString()}::text::timestamptz + interval '1 day', interval '1 day') as day
    on conflict do nothing`;
}

async function measureSize(admin: Sql, query: Sql, end: Date): Promise<Size> {
  const [{ events }] = await admin<[{ events: number }]>`select count(*)::float8 as events from analytics_events`;
  const routes = new Map<string, Measured>();
  for (const { name } of measuredRoutes) routes.set(name, await measureRoute(query, name));
  const range = wholeDays(30);
  const raw = new Map<string, Spread>();
  for (const [name, text] of Object.entries(rawQuestions))
    raw.set(name, await measure(() => admin.unsafe(text, range), RAW_ASKS));
  await expectSameSales(admin, query, range);
  return { events, routes, raw, aggregation: await measureAggregation(admin, end) };
}

/** That both were asked the same: orders placed and their gross are equal. */
async function expectSameSales(admin: Sql, query: Sql, range: readonly string[]): Promise<void> {
  const { data } = JSON.parse(await askRoute(query, 'dashboard-overview'));
  const [{ totals }] = (await admin.unsafe(rawQuestions['dashboard-overview']!, [...range])) as [
    { totals: { placed: number; gross: string } },
  ] &
    Iterable<never>;
  const isSame = totals.placed === data.orders.placed && Number(totals.gross) === Number(data.sales.gross);
  if (!isSame)
    throw new Error(
      `raw events say ${totals.placed} orders of ${totals.gross}, the route ${data.orders.placed} of ${data.sales.gross}`,
    );
}

/** Every route that has a period, over the year; raw events are read once for each question. */
async function measureYear(admin: Sql, query: Sql): Promise<Pick<Size, 'events' | 'routes' | 'raw'>> {
  const [{ events }] = await admin<[{ events: number }]>`select count(*)::float8 as events from analytics_events`;
  const routes = new Map<string, Measured>();
  for (const { name } of measuredRoutes) {
    if (await hasPeriod(name))
      routes.set(`${name}, ${YEAR_DAYS} days`, await measureRoute(query, name, YEAR_DAYS, YEAR_ASKS));
  }
  const raw = new Map<string, Spread>();
  for (const [name, text] of Object.entries(rawQuestions)) {
    const begun = performance.now();
    await admin.unsafe(text, wholeDays(YEAR_DAYS));
    const taken = performance.now() - begun;
    raw.set(`${name}, ${YEAR_DAYS} days`, { p50: taken, p95: taken });
  }
  return { events, routes, raw };
}

function printRoutes({ events, routes, raw }: Pick<Size, 'events' | 'routes' | 'raw'>): void {
  console.table(
    [...routes].map(([route, measured]) => {
      if ('failure' in measured) return { events, route, failure: measured.failure };
      const { p50, p95, bytes } = measured;
      const asked = raw.get(route);
      return {
        ...{ events, route, 'p50 ms': inMilliseconds(p50), 'p95 ms': inMilliseconds(p95), bytes },
        ...(asked && { 'raw p50 ms': inMilliseconds(asked.p50), 'raw / p95': Number((asked.p50 / p95).toFixed(1)) }),
      };
    }),
  );
}

async function timed(what: string, run: () => Promise<unknown>): Promise<void> {
  const begun = performance.now();
  await run();
  console.log(`${what}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}
