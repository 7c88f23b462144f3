import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { reduceError } from '#core/errors.ts';
import { readResource } from './config.ts';
import { logger } from './observability.ts';

/** What all environments know of the database: `open` means that it fails, and is to be left alone until `until`. */
export interface Circuit {
  readonly state: 'closed' | 'open';
  /** Epoch milliseconds at which one environment may try again. */
  readonly until: number;
  /** Counts the changes. */
  readonly version: number;
}

const KEY = { id: { S: 'database' } };
const CLOSED: Circuit = { state: 'closed', until: 0, version: 0 };
/** Other environments hear of an outage this late, and an environment reads no more often than this. */
const CACHE_MS = 5_000;
/** More would hold up what the answer is only to speed up. */
const CALL_MS = 1_000;
const client = new DynamoDBClient({ maxAttempts: 1 });

let cached: { readonly circuit: Circuit; readonly readAt: number } | undefined;
const remember = (circuit: Circuit) => {
  cached = { circuit, readAt: Date.now() };
  return circuit;
};

/** What is known, a few seconds old at most. When DynamoDB does not answer, the database counts as healthy. */
export async function readCircuit({ fresh = false } = {}): Promise<Circuit> {
  if (!fresh && cached && Date.now() - cached.readAt < CACHE_MS) return cached.circuit;
  const circuit = await failOpen('read', CLOSED, async () => {
    const command = new GetItemCommand({ TableName: readResource('valveTable'), Key: KEY, ConsistentRead: true });
    const { Item } = await client.send(command, deadline());
    return Item?.state?.S === 'open'
      ? { state: 'open' as const, until: Number(Item.until?.N), version: Number(Item.version?.N) }
      : { ...CLOSED, version: Number(Item?.version?.N ?? 0) };
  });
  return remember(circuit);
}

/** Tells all environments to leave the database alone for so long; never shortens what another one said. */
export async function openCircuit(milliseconds: number): Promise<void> {
  const until = Date.now() + milliseconds;
  await change('open', until, 'attribute_not_exists(#until) or #until < :until');
}

/**
 * Claims the one try that is due, and puts off that of the others.
 * @returns what to close the circuit with after a success; undefined where this environment may not try
 */
export async function claimTry(seen: Circuit, milliseconds: number): Promise<Circuit | undefined> {
  if (Date.now() < seen.until) return undefined;
  return await change('open', Date.now() + milliseconds, '#version = :seen', seen);
}

/** Unless an environment has found the database failing since. */
export async function closeCircuit(seen: Circuit): Promise<void> {
  await change('closed', 0, '#version = :seen', seen);
}

/**
 * @returns the circuit as it is now; `seen` also when DynamoDB does not answer; undefined where the condition did not
 *   hold, which shows that the copy here is old
 */
async function change(
  state: Circuit['state'],
  until: number,
  condition: string,
  seen?: Circuit,
): Promise<Circuit | undefined> {
  return await failOpen('written', seen, async () => {
    try {
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: readResource('valveTable'),
          Key: KEY,
          UpdateExpression: 'set #state = :state, #until = :until add #version :one',
          ConditionExpression: condition,
          ExpressionAttributeNames: { '#state': 'state', '#until': 'until', '#version': 'version' },
          ExpressionAttributeValues: {
            ':state': { S: state },
            ':until': { N: String(until) },
            ':one': { N: '1' },
            ...(seen && { ':seen': { N: String(seen.version) } }),
          },
          ReturnValues: 'ALL_NEW',
        }),
        deadline(),
      );
      return remember({ state, until, version: Number(Attributes?.version?.N) });
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      cached = undefined;
      return undefined;
    }
  });
}

const deadline = () => ({ abortSignal: AbortSignal.timeout(CALL_MS) });

async function failOpen<Result>(
  what: 'read' | 'written',
  otherwise: Result,
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    logger.warn(`circuit could not be ${what}`, { error: reduceError(error) });
    return otherwise;
  }
}
