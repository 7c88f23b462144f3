import type { Sql } from 'postgres';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { createDatabase } from '../setup/database.ts';
import { makeIngestion } from '../setup/ingestion.ts';
import { STREAM_TO, type Stream } from './make-stream.ts';

export const BUSINESS_ZONE = 'Europe/Berlin';
const EVERY_WINDOW = 10_000;

export interface StoreOptions {
  /** Called with the number of aggregations before it. */
  readonly beforeAggregation?: (run: number) => Promise<void>;
}

export interface StreamDatabase {
  readonly writer: Sql;
  /** As the query API reads. */
  readonly reader: Sql;
  /** Empties all tables and lets the stream in as it arrives, aggregating where it says so, and to the end. */
  readonly store: (stream: Stream, options?: StoreOptions) => Promise<void>;
  readonly drop: () => Promise<void>;
}

/** A database that streams are stored in through ingestion itself, one after the other. */
export async function createStreamDatabase(): Promise<StreamDatabase> {
  const db = await createDatabase({ migrated: true });
  const writer = db.connect();
  const reader = db.connect('analytics_query', { max: 1 });
  const limits = { now: new Date(STREAM_TO), rawRetentionDays: 90, maxFutureHours: 24 };
  return {
    ...{ writer, reader },
    store: async ({ events, arrivals }, { beforeAggregation } = {}) => {
      await emptyTables(writer);
      // A stream's identities come again in the next: what was seen is forgotten with the tables.
      const { ingest, letters } = makeIngestion(writer, { limits });
      let run = 0;
      const aggregate = async () => {
        await beforeAggregation?.(run++);
        await aggregateWindows(writer, { zone: BUSINESS_ZONE, limit: EVERY_WINDOW, now: aggregatedAt(events) });
      };
      let batch: Stream['events'][number][] = [];
      const endBatch = async () => {
        const { failedIds } = await ingest(batch);
        if (failedIds.length > 0 || letters.length > 0) {
          const refused = letters.map(({ rejection }) => rejection);
          throw new Error(`not stored: ${failedIds.length} failed, refused ${JSON.stringify(refused)}`);
        }
        batch = [];
      };
      for (const { index, endsBatch, aggregates } of arrivals) {
        const event = events[index];
        if (event) batch.push(event);
        if (endsBatch) await endBatch();
        if (aggregates) await aggregate();
      }
      await endBatch();
      await aggregate();
      await writer`
        update analytics_events set received_at = occurred_at + lag * interval '1 ms'
        from json_to_recordset(${JSON.stringify(events.map(({ id }) => ({ id, lag: arrivedAfter(id) })))}::text::json) as arrived (id text, lag int)
        where event_id = arrived.id`;
    },
    drop: () => db.drop(),
  };
}

/** Of a third of the streams the month is not over yet when they are aggregated. */
export const aggregatedAt = ({ length }: Stream['events']): Date =>
  new Date(length % 3 === 0 ? STREAM_TO : '2026-11-05T00:00:00Z');

/** Milliseconds from an event's time until it came, as the streams have it: some clocks of producers are ahead. */
export const arrivedAfter = (id: string): number => ((Number(id.slice(2)) * 37) % 11) * 251 - 300;

/** Rows that the migrations make stay, and exchange rates, which no event brings. */
const kept = ['schema_migrations', 'job_locks', 'fx_rates'];

async function emptyTables(sql: Sql): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname <> all (${kept})`;
  // Deleting a few rows is ten times faster than truncating thirty tables.
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`; // no trigger marks what is only emptied
    await Promise.all(tables.map(({ name }) => tx`delete from ${tx(name)}`));
  });
}
