import { ConditionalCheckFailedException, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { FLOWING, type ValveState } from '#core/decide-valve.ts';
import type { Held } from '#core/plan-mappings.ts';
import { readResource } from './config.ts';

export interface Valve {
  readonly state: ValveState;
  readonly held: Held;
}

/** The right to move the valve, which one run at a time has. */
export interface ValveLease {
  /** As the last run left it. */
  readonly valve: Valve;
  /** Throws where the lease has gone to another run. */
  save(valve: Valve): Promise<void>;
  release(): Promise<void>;
}

const KEY = { id: { S: 'valve' } };
const client = new DynamoDBClient({});

/**
 * Takes the lease, which ends by itself after so many milliseconds. Unlike the circuit it needs DynamoDB: consumers that
 * were paused and not remembered would stay paused.
 * @returns undefined while another run has it
 */
export async function takeValveLease(owner: string, milliseconds: number): Promise<ValveLease | undefined> {
  try {
    const now = Date.now();
    const { Attributes } = await update(
      'set lease_owner = :owner, lease_until = :until',
      'attribute_not_exists(lease_until) or lease_until < :now',
      { ':owner': { S: owner }, ':until': { N: String(now + milliseconds) }, ':now': { N: String(now) } },
    );
    const valve: Valve = Attributes?.valve?.S ? JSON.parse(Attributes.valve.S) : { state: FLOWING, held: {} };
    return {
      valve,
      save: async (next) => {
        const value = { ':owner': { S: owner }, ':valve': { S: JSON.stringify(next) } };
        await update('set valve = :valve', 'lease_owner = :owner', value);
      },
      release: async () => {
        await update('remove lease_owner, lease_until', 'lease_owner = :owner', { ':owner': { S: owner } });
      },
    };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

function update(expression: string, condition: string, values: Record<string, { S: string } | { N: string }>) {
  return client.send(
    new UpdateItemCommand({
      TableName: readResource('valveTable'),
      Key: KEY,
      UpdateExpression: expression,
      ConditionExpression: condition,
      ExpressionAttributeValues: values,
      ReturnValues: 'ALL_NEW',
    }),
  );
}
