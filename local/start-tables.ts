import type { AddressInfo } from 'node:net';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import type { DeployedResource } from './template/deploy-template.ts';
import { REGION } from './template/resource-attributes.ts';

export interface Tables {
  readonly url: string;
  create(resources: readonly DeployedResource[]): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts DynamoDB, in memory, on a free port of 127.0.0.1. Records do not outlive the process: they are the first
 * filter of duplicates only, and the ledger in the database is the authority.
 */
export async function startTables(): Promise<Tables> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return {
    url,
    create: async (resources) => {
      const client = new DynamoDBClient({ endpoint: url, region: REGION, credentials });
      for (const resource of resources) await client.send(new CreateTableCommand(tableInput(resource)));
      client.destroy();
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Keys and indexes only: capacity, encryption, backups and time to live have no meaning here. */
function tableInput({ name, properties }: DeployedResource): CreateTableCommandInput {
  type Index = NonNullable<CreateTableCommandInput['GlobalSecondaryIndexes']>[number];
  const table = properties() as Partial<CreateTableCommandInput>;
  const index = ({ IndexName, KeySchema, Projection }: Index): Index => ({ IndexName, KeySchema, Projection });
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: table.AttributeDefinitions,
    KeySchema: table.KeySchema,
    GlobalSecondaryIndexes: table.GlobalSecondaryIndexes?.map(index),
    LocalSecondaryIndexes: table.LocalSecondaryIndexes?.map(index),
  };
}
