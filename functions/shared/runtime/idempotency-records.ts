import { IdempotencyRecordStatus } from '@aws-lambda-powertools/idempotency';
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { reduceError } from '#core/errors.ts';
import { joinKey } from '#core/facts.ts';
import type { LedgerEntry } from '#db/record-in-ledger.ts';
import { readResource, readSettings } from './config.ts';
import { logger } from './observability.ts';

const READ_SIZE = 100;
const WRITE_SIZE = 25;
/** Only a filter: it may not take the time that the ledger needs. */
const client = new DynamoDBClient({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 1_500 },
});

/** Not prefixed with a function's name: a replay through another function is the same event. */
const keyOf = (entry: LedgerEntry) => `event#${joinKey(entry.event_source, entry.event_id)}`;

/**
 * Which of the entries' identities have a completed record. Records have the form of Powertools' DynamoDB persistence
 * layer, read and written in batches: one call for 100 events costs what its call per event does. The table is only a
 * filter before the ledger, so when it cannot be read nothing is known and nothing is lost.
 */
export async function recall(entries: readonly LedgerEntry[]): Promise<LedgerEntry[]> {
  const byKey = new Map(entries.map((entry) => [keyOf(entry), entry]));
  const table = readResource('idempotencyTable');
  try {
    const items = await Promise.all(
      chunks([...byKey.keys()], READ_SIZE).map(async (keys) => {
        const request = { [table]: { Keys: keys.map((id) => ({ id: { S: id } })), ConsistentRead: true } };
        // Keys left unprocessed under throttling stay unknown
        const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: request }));
        return Responses?.[table] ?? [];
      }),
    );
    return items.flat().flatMap((item) => toEntry(item, byKey));
  } catch (error) {
    logger.warn('idempotency records could not be read', { error: reduceError(error) });
    return [];
  }
}

function toEntry(item: Record<string, AttributeValue>, byKey: ReadonlyMap<string, LedgerEntry>): LedgerEntry[] {
  const asked = byKey.get(item.id?.S ?? '');
  const [key_version, content_hash] = (item.validation?.S ?? '').split(' ');
  const isCompleted =
    item.status?.S === IdempotencyRecordStatus.COMPLETED && Number(item.expiration?.N) > Date.now() / 1000;
  return asked && key_version && content_hash && isCompleted ? [{ ...asked, key_version, content_hash }] : [];
}

/** Records that these are stored. A record that cannot be written costs only a look into the ledger. */
export async function remember(entries: readonly LedgerEntry[]): Promise<void> {
  const table = readResource('idempotencyTable');
  const { IDEMPOTENCY_RETENTION_DAYS } = readSettings(['IDEMPOTENCY_RETENTION_DAYS']);
  const expiration = String(Math.floor(Date.now() / 1000) + IDEMPOTENCY_RETENTION_DAYS * 86_400);
  const requests = entries.map((entry) => ({
    PutRequest: {
      Item: {
        id: { S: keyOf(entry) },
        status: { S: IdempotencyRecordStatus.COMPLETED },
        expiration: { N: expiration },
        validation: { S: `${entry.key_version} ${entry.content_hash}` },
      },
    },
  }));
  try {
    await Promise.all(
      chunks(requests, WRITE_SIZE).map((chunk) =>
        client.send(new BatchWriteItemCommand({ RequestItems: { [table]: chunk } })),
      ),
    );
  } catch (error) {
    logger.warn('idempotency records could not be written', { error: reduceError(error) });
  }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
