import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyPersistenceLayerError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { Context } from 'aws-lambda';
import { reduceError } from '#core/errors.ts';
import { readResource, readSettings } from './config.ts';
import { logger } from './observability.ts';

interface Keyed {
  readonly key: string;
}
/** Stored in the record. */
interface Done {
  readonly runId: string;
}
type Perform = () => Promise<Done>;

let made: ReturnType<typeof makeOnce> | undefined;

/**
 * Performs the run of this key if it was not performed before; one that failed may be performed again. To be called by who
 * holds the job's lease alone: then a record that says "in progress" is that of a run that was killed, and is dropped.
 * @returns the run that has the key, this one or an earlier
 * @throws what `perform` throws; {IdempotencyPersistenceLayerError} when it was not performed for want of the records
 */
export async function runOnce(key: string, context: Context, perform: Perform): Promise<Done> {
  made ??= makeOnce();
  const { once, store, config } = made;
  config.registerLambdaContext(context); // else the record of a run that was killed would be locked until it expires
  let done: Done | undefined;
  const performed = async () => {
    done = await perform();
    return done;
  };
  try {
    return await once({ key }, performed).catch(async (error: unknown) => {
      if (!(error instanceof IdempotencyAlreadyInProgressError)) throw error;
      await store.deleteRecord({ key });
      return await once({ key }, performed);
    });
  } catch (error) {
    if (done === undefined || !(error instanceof IdempotencyPersistenceLayerError)) throw error;
    // The work is done: to fail now would only have it done again.
    logger.warn('record of the run could not be written', { error: reduceError(error) });
    return done;
  }
}

function makeOnce() {
  const { IDEMPOTENCY_RETENTION_DAYS } = readSettings(['IDEMPOTENCY_RETENTION_DAYS']);
  const config = new IdempotencyConfig({
    eventKeyJmesPath: 'key',
    throwOnNoIdempotencyKey: true, // off by default: a missing key would silently skip all this
    expiresAfterSeconds: IDEMPOTENCY_RETENTION_DAYS * 86_400, // an hour by default
    hashFunction: 'sha256',
  });
  const store = new DynamoDBPersistenceLayer({ tableName: readResource('idempotencyTable') });
  const once = makeIdempotent((_keyed: Keyed, perform: Perform) => perform(), {
    ...{ persistenceStore: store, config, keyPrefix: 'job' },
  });
  return { once, store, config };
}
