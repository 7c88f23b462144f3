import { createHmac } from 'node:crypto';
import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyPersistenceLayerError,
  IdempotencyValidationError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { Context } from 'aws-lambda';
import { KeyReused, ServiceUnavailable, StateConflict } from '#core/admin-problems.ts';
import { reduceError } from '#core/errors.ts';
import { readResource, readSettings } from './config.ts';
import { logger } from './observability.ts';

export interface KeyedRequest {
  /** The caller's Idempotency-Key. */
  readonly key: string;
  /** All that makes it another request, as text. */
  readonly request: string;
}

type Perform = () => Promise<object>;

let once: ((keyed: { readonly key: string; readonly digest: string }, perform: Perform) => Promise<object>) | undefined;
let config: IdempotencyConfig | undefined;

/**
 * Performs a request once: when its key comes again, answers what was answered then. What `perform` answers is stored, so
 * it holds ids and counts only. A request that fails is forgotten, and may be tried again under its key.
 * @throws {KeyReused} when the key came with another request; {StateConflict} while the first is under way;
 *   {ServiceUnavailable} when the records cannot be reached
 */
export async function callOnce(
  { key, request }: KeyedRequest,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
  perform: Perform,
): Promise<object> {
  once ??= makeOnce();
  // A record whose invocation timed out would else stay locked until it expires
  config?.registerLambdaContext(context as Context);
  try {
    // Keyed by what only the caller knows: a plain digest would let short ids in the request be guessed.
    return await once({ key, digest: createHmac('sha256', key).update(request).digest('base64') }, perform);
  } catch (error) {
    throw translated(error);
  }
}

function makeOnce() {
  const { IDEMPOTENCY_RETENTION_DAYS } = readSettings(['IDEMPOTENCY_RETENTION_DAYS']);
  config = new IdempotencyConfig({
    eventKeyJmesPath: 'key',
    payloadValidationJmesPath: 'digest',
    throwOnNoIdempotencyKey: true, // off by default: a missing key would silently skip all this
    expiresAfterSeconds: IDEMPOTENCY_RETENTION_DAYS * 86_400, // an hour by default
    hashFunction: 'sha256',
  });
  return makeIdempotent((_keyed: { readonly key: string; readonly digest: string }, perform: Perform) => perform(), {
    persistenceStore: new DynamoDBPersistenceLayer({ tableName: readResource('idempotencyTable') }),
    config,
    keyPrefix: 'admin',
  });
}

function translated(error: unknown): unknown {
  if (error instanceof IdempotencyValidationError) return new KeyReused();
  if (error instanceof IdempotencyAlreadyInProgressError) {
    return new StateConflict('A request with this Idempotency-Key is under way: ask again for its answer');
  }
  if (error instanceof IdempotencyPersistenceLayerError) {
    logger.error('idempotency records could not be reached', { error: reduceError(error) });
    return new ServiceUnavailable('The records of Idempotency-Keys did not answer: try again under the same key');
  }
  return error;
}
