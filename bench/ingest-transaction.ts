import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import postgres, { type Sql } from 'postgres';
import { maskEvent } from '#core/mask-event.ts';
import { readEvent } from '#core/read-event.ts';
import { type EventRow, type EventRows, toRows } from '#core/rows.ts';
import { applyMigrations } from '#db/apply-migrations.ts';
import { ensureEventPartitions } from '#db/ensure-event-partitions.ts';
import { storeEvents } from '../functions/ingest/store-events.ts';
import { ensureDatabase, startPostgres } from '../local/postgres.ts';
import { generateSample } from '../local/sample/generate-sample.ts';
import { makeDirectory } from './make-directory.ts';
import { median, type Report } from './report.ts';

const ROUNDS = 5;
const ONE_BY_ONE = 500;
const keys = { current: 'v1', keys: new Map([['v1', randomBytes(32)]]) };

/** The ingest transaction against raw COPY of the same rows into a bare table, and against one insert per event. @returns the rate of COPY */
export async function benchIngestTransaction(report: Report): Promise<number> {
  const directory = makeDirectory('bench');
  const cluster = await startPostgres({ directory: join(directory, 'postgres'), durable: true });
  await ensureDatabase(cluster, 'bench', 'analytics_migrate');
  const statements = new Set<string>();
  const sql = postgres(cluster.url('bench', 'analytics_migrate'), {
    max: 1,
    onnotice: () => {},
    debug: (_connection, query) => void statements.add(query),
  });
  try {
    await applyMigrations(sql, new URL('../db/migrations/', import.meta.url));
    await sql`create table bare as select * from analytics_events with no data`;
    const rows = sampleRows();
    await ensureEventPartitions(
      sql,
      rows.map(({ event }) => event.occurred_at),
    );
    statements.clear();

    const copy = median(await repeat(async () => rate(5_000, () => copyRows(sql, fresh(rows, 5_000)))));
    const single = median(
      await repeat(async () => rate(ONE_BY_ONE, () => insertOneByOne(sql, fresh(rows, ONE_BY_ONE)))),
    );
    report.add('COPY of the events into a bare table, 5,000 at a time', copy, 'rows/s', copy);
    report.add('one insert per event', single, 'rows/s', copy);
    statements.clear();
    for (const size of [500, 5_000]) {
      const whole = median(await repeat(async () => rate(size, () => storeEvents(sql, fresh(rows, size), keys))));
      report.add(
        `ingest transaction, ${size} events: ledger, events, facts, sequences, windows`,
        whole,
        'events/s',
        copy,
      );
    }
    const texts = [...statements];
    report.note(
      `statements of the ingest transaction: ${texts.length} texts for both sizes, the longest ${Math.max(...texts.map((text) => text.length))} characters`,
    );
    return copy;
  } finally {
    await sql.end();
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The sample's events in the mix of types that a shop sends. */
function sampleRows(): EventRows[] {
  const end = new Date();
  const limits = { now: end, rawRetentionDays: 90, maxFutureHours: 24 };
  return generateSample({ seed: 'bench', end }).events.flatMap((event) => {
    const result = readEvent(JSON.stringify(event), limits);
    return 'event' in result ? [toRows(maskEvent(result.event, keys))] : [];
  });
}

let round = 0;
/** `count` of the rows under ids that were never used, because an event is stored once only. */
function fresh(rows: readonly EventRows[], count: number): EventRows[] {
  round += 1;
  return Array.from({ length: count }, (_, index) => {
    const row = rows[(round * 1_009 + index) % rows.length]!;
    return { ...row, event: { ...row.event, event_id: `${round}-${index}` } };
  });
}

async function copyRows(sql: Sql, rows: readonly EventRows[]): Promise<void> {
  const escapeText = (value: string) =>
    value.replace(/[\\\t\n\r]/g, (c) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[c]!);
  const lines = rows.map(
    ({ event }) =>
      `${columnsOf(event)
        .map((value) => (value === null ? '\\N' : escapeText(value)))
        .join('\t')}\n`,
  );
  const writable = await sql`
    copy bare (event_source, event_id, event_type, schema_version, occurred_at, received_at, trace_id, order_id, customer_id,
      anonymous_id, session_id, product_id, cart_id, channel, currency, amount, data) from stdin`.writable();
  await pipeline(Readable.from([lines.join('')]), writable);
}

function columnsOf(event: EventRow): (string | null)[] {
  return [
    ...[
      event.event_source,
      event.event_id,
      event.event_type,
      event.schema_version,
      event.occurred_at,
      event.occurred_at,
    ],
    ...[event.trace_id, event.order_id, event.customer_id, event.anonymous_id, event.session_id, event.product_id],
    ...[event.cart_id, event.channel, event.currency, event.amount, JSON.stringify(event.data)],
  ];
}

/** What the replaced service did: a statement and a commit for each event. */
async function insertOneByOne(sql: Sql, rows: readonly EventRows[]): Promise<void> {
  for (const { event } of rows) {
    await sql`
      insert into analytics_events (event_source, event_id, event_type, schema_version, occurred_at, trace_id, order_id, customer_id,
        anonymous_id, session_id, product_id, cart_id, channel, currency, amount, data)
      values (${event.event_source}, ${event.event_id}, ${event.event_type}, ${event.schema_version}, ${event.occurred_at}, ${event.trace_id},
        ${event.order_id}, ${event.customer_id}, ${event.anonymous_id}, ${event.session_id}, ${event.product_id}, ${event.cart_id},
        ${event.channel}, ${event.currency}, ${event.amount}, ${JSON.stringify(event.data)}::text::jsonb)`;
  }
}

async function rate(count: number, run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return (count * 1000) / (performance.now() - start);
}

async function repeat(measure: () => Promise<number>): Promise<number[]> {
  await measure(); // warm-up: plans, caches, the connection
  const results: number[] = [];
  for (let n = 0; n < ROUNDS; n++) results.push(await measure());
  return results;
}
