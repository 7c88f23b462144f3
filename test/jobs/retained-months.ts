import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Sql } from 'postgres';
import { type Queues, startQueues } from '../../local/queues/start-queues.ts';
import { localClient } from '../setup/system.ts';

/** What DuckDB takes an export's columns for, as docs/retention.md has it. */
export const COLUMNS = `{
  event_source: 'VARCHAR', event_id: 'VARCHAR', event_type: 'VARCHAR', schema_version: 'VARCHAR', occurred_at: 'TIMESTAMPTZ',
  received_at: 'TIMESTAMPTZ', trace_id: 'VARCHAR', order_id: 'VARCHAR', customer_id: 'VARCHAR', anonymous_id: 'VARCHAR',
  session_id: 'VARCHAR', product_id: 'VARCHAR', cart_id: 'VARCHAR', channel: 'VARCHAR', currency: 'VARCHAR',
  amount: 'DECIMAL(38, 4)', data: 'JSON' }`;

export interface Storage {
  readonly client: S3Client;
  readonly bucket: string;
  stop(): Promise<void>;
}

/** S3 as `npm start` has it, with an empty bucket. */
export async function startStorage(): Promise<Storage> {
  const queues: Queues = await startQueues();
  const bucket = 'exports';
  queues.createBuckets([{ name: bucket } as Parameters<Queues['createBuckets']>[0][number]]);
  const client = new S3Client({ ...localClient, endpoint: queues.url });
  const stop = async () => {
    client.destroy();
    await queues.stop();
  };
  return { client, bucket, stop };
}

/** The bucket's objects as files below the directory. */
export async function download({ client, bucket }: Pick<Storage, 'client' | 'bucket'>, directory: string) {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  for (const { Key } of Contents) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
    const file = join(directory, Key!);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await Body!.transformToByteArray());
  }
  return Contents.map(({ Key }) => Key!);
}

/** Answers a query over the exported files below the directory, which it names `exported`. */
export async function askDuckDb(directory: string, query: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run("set timezone = 'UTC'");
    await connection.run(
      `create view exported as select * from read_ndjson('${directory}/analytics_events/*/*.ndjson.gz', columns = ${COLUMNS}, hive_partitioning = true)`,
    );
    return (await (await connection.runAndReadAll(query)).getRowObjectsJson()) as Record<string, unknown>[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Events of the month, spread over it, in several blocks; every third of a customer with a masked address. */
export async function insertMonth(sql: Sql, month: string, events: number, prefix = ''): Promise<void> {
  await sql`select ensure_event_partitions(array[${`${month}-01`}::text::timestamptz])`;
  await sql`
    insert into analytics_events (
      event_source, event_id, event_type, schema_version, occurred_at, received_at, order_id, customer_id, session_id, currency, amount, data
    )
    select '/shop', ${`${prefix}${month}-`} || n, 'orders.order.status_changed', 'v1',
      ${`${month}-01`}::text::timestamptz + n * interval '2 minutes 1 microsecond', ${`${month}-01`}::text::timestamptz + n * interval '3 minutes',
      'order-' || n, case n % 3 when 0 then 'customer-' || n % 50 end, 'session-' || n / 4, 'EUR', n / 7.0,
      jsonb_strip_nulls(jsonb_build_object('order_id', 'order-' || n, 'customer_id', case n % 3 when 0 then 'customer-' || n % 50 end,
        'email', jsonb_build_object('hmac', repeat('a', 24), 'key', 'v1'), 'text', repeat('x', 200)))
    from generate_series(1, ${events}::int) as n`;
}
