export interface EventTypeRow {
  /** CloudEvents `type`; its schema files are `schemas/<type>.<version>.json`, its rows file `core/rows/<type>.ts`. */
  readonly type: string;
  /** Schema versions, oldest first. A version before the newest has an upcaster in its rows file. */
  readonly versions: readonly [string, ...string[]];
  /** Messages of one invocation. 6 MB of payload hold about 2,900 records of 1.1 KB: byte size may close a batch earlier. */
  readonly batchSize: number;
  /** Event source mapping cap (`LEAST_CONCURRENCY` or more), times `INGEST_CONCURRENCY_FACTOR`: their sum bounds the database
   * connections of ingestion. */
  readonly maxConcurrency: number;
}

/** The least that an event source mapping can be given. */
export const LEAST_CONCURRENCY = 2;

const lowVolume = { versions: ['v1'], batchSize: 500, maxConcurrency: LEAST_CONCURRENCY } as const;

const highVolume = { versions: ['v1'], batchSize: 1000, maxConcurrency: 4 } as const;

/** A new type is a row here plus its schema and its rows file; no stack is edited. */
export const eventTypes = [
  { type: 'orders.order.status_changed', ...lowVolume },
  { type: 'payments.payment.confirmed', ...lowVolume },
  { type: 'shipping.shipment.status_changed', ...lowVolume },
  { type: 'analytics.page_view', ...highVolume },
  { type: 'analytics.product_view', ...highVolume },
  { type: 'analytics.cart_changed', ...lowVolume },
  { type: 'analytics.checkout_started', ...lowVolume },
  { type: 'customers.customer.updated', ...lowVolume },
  { type: 'returns.return.status_changed', ...lowVolume },
  { type: 'inventory.stock.changed', ...lowVolume },
  { type: 'marketing.spend.recorded', ...lowVolume },
  { type: 'analytics.reconciliation.reported', ...lowVolume },
] as const satisfies readonly EventTypeRow[];

export type EventType = (typeof eventTypes)[number]['type'];

/** Stands in for a type in the names of the queue of events that no subscription matches. */
export const UNMATCHED = 'unmatched';

const hyphenated = (type: string) => type.replaceAll('.', '-');

/** SQS allows no dots in names: they are hyphens. */
export const queueName = (type: string) => `analytics-${hyphenated(type)}`;

export const deadLetterQueueName = (type: string) => `dlq-analytics-${hyphenated(type)}`;

/** The rule that forwards a type's events from the bus; fixed, so that a replay can be limited to it by name. */
export const ruleName = (type: string) => `analytics-${hyphenated(type)}`;

/** How the names of the service's replays from the bus archive begin: its functions may touch no others. */
export const REPLAY_NAME_PREFIX = 'analytics-';

/** The type whose queue or dead-letter queue this is; null for the catch-all's and for queues that are not of a type. */
export function typeOfQueue(queueArn: string): EventType | null {
  const name = queueArn.split(':').at(-1);
  return eventTypes.find(({ type }) => name === queueName(type) || name === deadLetterQueueName(type))?.type ?? null;
}

/** One delivery and three retries. */
export const MAX_RECEIVE_COUNT = 4;
