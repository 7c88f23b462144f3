import { randomBytes } from 'node:crypto';
import type { Sql } from 'postgres';
import { ensureEventPartitions } from '#db/ensure-event-partitions.ts';
import type { LedgerEntry } from '#db/record-in-ledger.ts';
import type { DeadLetter } from '#runtime/send-dead-letters.ts';
import { type IngestDependencies, ingestBatch } from '../../functions/ingest/ingest-batch.ts';
import { identityOf, storeEvents } from '../../functions/ingest/store-events.ts';
import { makeRecord, type TestEvent } from './events.ts';

export const testKeys = { current: 'v1', keys: new Map([['v1', randomBytes(32)]]) };

export interface TestIngestion {
  readonly letters: DeadLetter[];
  readonly failures: unknown[];
  readonly dependencies: IngestDependencies;
  readonly ingest: (events: readonly (TestEvent | string)[]) => ReturnType<typeof ingestBatch>;
}

/**
 * Ingestion into a real database, with a map in place of the idempotency table and an array in place of the dead-letter
 * queues: both are tested for themselves with the real parts in test/e2e.
 */
export function makeIngestion(sql: Sql, overrides: Partial<IngestDependencies> = {}): TestIngestion {
  const letters: DeadLetter[] = [];
  const failures: unknown[] = [];
  const records = new Map<string, LedgerEntry>();
  const dependencies: IngestDependencies = {
    keys: testKeys,
    limits: { now: new Date(), rawRetentionDays: 90, maxFutureHours: 24 },
    recall: async (entries) => entries.flatMap((entry) => records.get(identityOf(entry)) ?? []),
    remember: async (entries) => entries.forEach((entry) => void records.set(identityOf(entry), entry)),
    deadLetter: async (sent) => {
      letters.push(...sent);
      return [];
    },
    store: async (batch) => {
      await ensureEventPartitions(
        sql,
        batch.map(({ event }) => event.occurred_at),
      );
      return await storeEvents(sql, batch, dependencies.keys);
    },
    guard: (operation) => operation(),
    remaining: () => 20_000,
    forgetPartitions: () => {},
    discardClient: async () => {},
    onFailure: (error) => failures.push(error),
    ...overrides,
  };
  const ingest: TestIngestion['ingest'] = (events) =>
    ingestBatch(
      events.map((event) => makeRecord(event)),
      dependencies,
    );
  return { letters, failures, dependencies, ingest };
}
