import { startTables, type Tables } from '../../local/start-tables.ts';

/** DynamoDB with the table `records`, as the stacks have it for idempotency. */
export async function startRecordsTable(): Promise<Tables> {
  const tables = await startTables();
  const properties = () => ({
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
  await tables.create([{ name: 'records', properties } as never]);
  return tables;
}
