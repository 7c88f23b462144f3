import { IdempotencyRecordStatus } from '@aws-lambda-powertools/idempotency';
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  PutItemCommand,
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

/** Where it stands since when records are to be believed. */
const TRUST_KEY = 'event-records-since';

/**
 * Which of the entries' identities have a completed record. Records have the form of Powertools' DynamoDB persistence
 * layer, read and written in batches: one call for 100 events costs what its call per event does. The table is only a
 * filter before the ledger, so when it cannot be read nothing is known and nothing is lost. Nor is anything known by records
 * that are older than `distrustRecords` says.
 */
export async function recall(entries: readonly LedgerEntry[]): Promise<LedgerEntry[]> {
  const byKey = new Map(entries.map((entry) => [keyOf(entry), entry]));
  const table = readResource('idempotencyTable');
  try {
    const answers = await Promise.all(
      chunks([TRUST_KEY, ...byKey.keys()], READ_SIZE).map(async (keys) => {
        const request = { [table]: { Keys: keys.map((id) => ({ id: { S: id } })), ConsistentRead: true } };
        const { Responses, UnprocessedKeys } = await client.send(new BatchGetItemCommand({ RequestItems: request }));
        // Keys left unprocessed under throttling stay unknown
        return { items: Responses?.[table] ?? [], unread: UnprocessedKeys?.[table]?.Keys ?? [] };
      }),
    );
    if (answers.some(({ unread }) => unread.some(({ id }) => id?.S === TRUST_KEY))) return [];
    const items = answers.flatMap((answer) => answer.items);
    const since = Number(items.find(({ id }) => id?.S === TRUST_KEY)?.writtenAt?.N ?? Number.NEGATIVE_INFINITY);
    // One without a time is of a release before there were any
    const isTrusted = ({ writtenAt }: Item) => since < Number(writtenAt?.N ?? Number.NEGATIVE_INFINITY);
    return items
      .filter((item) => since === Number.NEGATIVE_INFINITY || isTrusted(item))
      .flatMap((item) => toEntry(item, byKey));
  } catch (error) {
    logger.warn('idempotency records could not be read', { error: reduceError(error) });
    return [];
  }
}

type Item = Record<string, AttributeValue>;

function toEntry(item: Item, byKey: ReadonlyMap<string, LedgerEntry>): LedgerEntry[] {
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
  const writtenAt = String(Date.now());
  const expiration = String(Math.floor(Date.now() / 1000) + IDEMPOTENCY_RETENTION_DAYS * 86_400);
  const requests = entries.map((entry) => ({
    PutRequest: {
      Item: {
        id: { S: keyOf(entry) },
        status: { S: IdempotencyRecordStatus.COMPLETED },
        expiration: { N: expiration },
        writtenAt: { N: writtenAt },
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

/**
 * From now on no record is believed that was written before: what it knows is asked of the ledger, and recorded anew. A
 * database that lost events is then no longer contradicted by records that still know them. @throws what DynamoDB says
 */
export async function distrustRecords(): Promise<void> {
  const Item = { id: { S: TRUST_KEY }, writtenAt: { N: String(Date.now()) } };
  await client.send(new PutItemCommand({ TableName: readResource('idempotencyTable'), Item }));
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
