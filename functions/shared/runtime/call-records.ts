import {
  IdempotencyItemAlreadyExistsError,
  IdempotencyItemNotFoundError,
  IdempotencyRecordStatus,
} from '@aws-lambda-powertools/idempotency';
import { BasePersistenceLayer, IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

type Item = Record<string, AttributeValue>;

/**
 * Records of calls in the idempotency table, in the form of Powertools' DynamoDB persistence layer but for the answer, which
 * is JSON text. That layer itself needs `@aws-sdk/util-dynamodb`, for which this little is no reason.
 */
export class CallRecords extends BasePersistenceLayer {
  readonly #client = new DynamoDBClient({ maxAttempts: 2 });
  readonly #table: string;

  constructor(table: string) {
    super();
    this.#table = table;
  }

  /** Takes the key, unless a record of it is completed, or under way in an invocation that may still live. */
  protected async _putRecord(record: IdempotencyRecord): Promise<void> {
    const now = Date.now();
    const command = new PutItemCommand({
      TableName: this.#table,
      Item: toItem(record),
      ConditionExpression:
        'attribute_not_exists(id) or expiration < :seconds or (#status = :inProgress and in_progress_expiration < :now)',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':seconds': { N: String(now / 1000) },
        ':now': { N: String(now) },
        ':inProgress': { S: IdempotencyRecordStatus.INPROGRESS },
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      await this.#client.send(command);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      throw new IdempotencyItemAlreadyExistsError(undefined, error.Item && toRecord(error.Item));
    }
  }

  protected async _getRecord(key: string): Promise<IdempotencyRecord> {
    const command = new GetItemCommand({ TableName: this.#table, Key: { id: { S: key } }, ConsistentRead: true });
    const { Item: item } = await this.#client.send(command);
    if (!item) throw new IdempotencyItemNotFoundError();
    return toRecord(item);
  }

  protected async _updateRecord(record: IdempotencyRecord): Promise<void> {
    const { status, expiration, data, validation } = toItem(record);
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#table,
        Key: { id: { S: record.idempotencyKey } },
        UpdateExpression: 'set #status = :status, expiration = :expiration, #data = :data, validation = :validation',
        ExpressionAttributeNames: { '#status': 'status', '#data': 'data' },
        ExpressionAttributeValues: {
          ...{ ':status': status!, ':expiration': expiration!, ':data': data!, ':validation': validation! },
        },
      }),
    );
  }

  protected async _deleteRecord({ idempotencyKey }: IdempotencyRecord): Promise<void> {
    await this.#client.send(new DeleteItemCommand({ TableName: this.#table, Key: { id: { S: idempotencyKey } } }));
  }
}

function toItem(record: IdempotencyRecord): Item {
  const { idempotencyKey, expiryTimestamp, inProgressExpiryTimestamp, payloadHash, responseData } = record;
  return {
    id: { S: idempotencyKey },
    status: { S: record.getStatus() },
    expiration: { N: String(expiryTimestamp) },
    validation: { S: payloadHash ?? '' },
    ...(inProgressExpiryTimestamp !== undefined && {
      in_progress_expiration: { N: String(inProgressExpiryTimestamp) },
    }),
    ...(responseData !== undefined && { data: { S: JSON.stringify(responseData) } }),
  };
}

function toRecord({ id, status, expiration, in_progress_expiration: inProgress, validation, data }: Item) {
  return new IdempotencyRecord({
    idempotencyKey: id?.S ?? '',
    status: status?.S as IdempotencyRecord['status'],
    expiryTimestamp: Number(expiration?.N),
    inProgressExpiryTimestamp: inProgress?.N === undefined ? undefined : Number(inProgress.N),
    payloadHash: validation?.S,
    responseData: data?.S === undefined ? undefined : JSON.parse(data.S),
  });
}
