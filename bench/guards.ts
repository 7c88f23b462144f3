import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { SQSRecord } from 'aws-lambda';
import postgres, { type Sql } from 'postgres';
import { resourceVariables } from '#contract/variables.ts';
import { maskEvent } from '#core/mask-event.ts';
import { type ReadLimits, readEvent } from '#core/read-event.ts';
import { toRows } from '#core/rows.ts';
import { applyMigrations } from '#db/apply-migrations.ts';
import { ensureEventPartitions } from '#db/ensure-event-partitions.ts';
import { afterThaw } from '#runtime/deadline.ts';
import { ingestBatch } from '../functions/ingest/ingest-batch.ts';
import { storeEvents } from '../functions/ingest/store-events.ts';
import { ensureDatabase, startPostgres } from '../local/postgres.ts';
import { generateSample } from '../local/sample/generate-sample.ts';
import { serveAwsCalls } from '../local/services/serve-aws-calls.ts';
import { makeDirectory } from './make-directory.ts';
import { median, type Report } from './report.ts';

const ROUNDS = 15;
const BATCH = 500;
const keys = { current: 'v1', keys: new Map([['v1', randomBytes(32)]]) };
type Ingest = (records: readonly SQSRecord[]) => Promise<unknown>;

/**
 * What the guards cost: a batch from body to commit with breaker, deadline, isolation of poison and grouping by identity,
 * against the same steps alone. The idempotency table is left out of both. Rounds of the two take turns.
 */
export async function benchGuards(report: Report): Promise<void> {
  const directory = makeDirectory('bench');
  const cluster = await startPostgres({ directory: join(directory, 'postgres'), durable: true });
  const valve = serveAwsCalls({ 'DynamoDB_20120810.GetItem': () => ({}) }, async () => undefined);
  await once(valve.listen(0, '127.0.0.1'), 'listening');
  await ensureDatabase(cluster, 'bench', 'analytics_migrate');
  const sql = postgres(cluster.url('bench', 'analytics_migrate'), { max: 1, onnotice: () => {} });
  try {
    await applyMigrations(sql, new URL('../db/migrations/', import.meta.url));
    const end = new Date();
    const { events } = generateSample({ seed: 'guards', end });
    await ensureEventPartitions(
      sql,
      events.map(({ time }) => time),
    );
    const limits = { now: end, rawRetentionDays: 90, maxFutureHours: 24 };
    const ways = { bare: bareIngest(sql, limits), guarded: await guardedIngest(sql, limits, valve.address()) };
    const rates = { bare: [] as number[], guarded: [] as number[] };
    for (let round = -2; round < ROUNDS; round++) {
      for (const way of round % 2 === 0 ? (['bare', 'guarded'] as const) : (['guarded', 'bare'] as const)) {
        const records = Array.from({ length: BATCH }, (_, n) =>
          makeRecord({ ...events[((round + 2) * 1_009 + n) % events.length]!, id: `${way}-${round}-${n}` }),
        );
        const start = performance.now();
        await ways[way](records);
        if (round >= 0) rates[way].push((BATCH * 1_000) / (performance.now() - start)); // the first are warm-up
      }
    }
    const [bare, guarded] = [median(rates.bare), median(rates.guarded)];
    report.add(`ingest from body to commit, ${BATCH} events, without guards`, bare, 'events/s', bare);
    report.add('the same with isolation, deadline and breaker (target: 0.90 or more)', guarded, 'events/s', bare);
  } finally {
    valve.closeAllConnections();
    valve.close();
    await sql.end();
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function bareIngest(sql: Sql, limits: ReadLimits): Ingest {
  return async (records) => {
    const rows = records.flatMap(({ body }) => {
      const result = readEvent(body, limits);
      return 'event' in result ? [toRows(maskEvent(result.event, keys))] : [];
    });
    await storeEvents(sql, rows, keys);
  };
}

async function guardedIngest(sql: Sql, limits: ReadLimits, valve: unknown): Promise<Ingest> {
  Object.assign(process.env, {
    ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' },
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(valve as { port: number }).port}`,
    [resourceVariables.valveTable]: 'valve',
  });
  // Reads the environment when it is loaded
  const { guardDatabase } = await import('#runtime/breaker.ts');
  return (records) => {
    const end = performance.now() + 28_000;
    return afterThaw(() =>
      ingestBatch(records, {
        ...{ keys, limits, guard: guardDatabase },
        recall: async () => [],
        remember: async () => {},
        store: (batch) => storeEvents(sql, batch, keys),
        deadLetter: async () => [],
        remaining: () => end - performance.now(),
        forgetPartitions: () => {},
        discardClient: async () => {},
        onFailure: (error) => {
          throw error;
        },
      }),
    );
  };
}

function makeRecord(event: object): SQSRecord {
  return {
    messageId: randomUUID(),
    body: JSON.stringify(event),
    attributes: { ApproximateReceiveCount: '1' } as SQSRecord['attributes'],
    messageAttributes: {},
    ...{ receiptHandle: '', md5OfBody: '', eventSource: 'aws:sqs', eventSourceARN: '', awsRegion: 'us-east-1' },
  };
}
