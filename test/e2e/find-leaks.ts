import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Sql } from 'postgres';
import { routes } from '#contract/routes.ts';
import { localClient, type TestSystem } from '../setup/system.ts';
import { type Canary, findCanaries } from './find-canaries.ts';

export interface Search {
  /** `<place>: <form> of <canary> after <text before it>`. */
  readonly leaks: readonly string[];
  /** Bytes that were searched, by place: a search of nothing finds nothing. */
  readonly searched: Readonly<Record<string, number>>;
}

/**
 * Looks for the canaries in all that the system keeps or says: every row of every table as text (bytea as hex), the logs
 * of the functions, of PostgreSQL and of the runner, every DynamoDB item, the answers of every route.
 */
export async function findLeaks(system: TestSystem, canaries: readonly Canary[]): Promise<Search> {
  const texts = [
    ...(await readTables(system.sql)),
    ...readLogs(system),
    ['runner', system.lines.join('\n')] as const,
    ...(await readItems(system)),
    ...(await readAnswers(system)),
  ];
  return {
    leaks: texts.flatMap(([place, text]) => findCanaries(text, canaries).map((found) => `${place}: ${found}`)),
    searched: Object.fromEntries(texts.map(([place, text]) => [place, text.length])),
  };
}

type Text = readonly [place: string, text: string];

/** Every row of every table and materialized view, as text; partitions are read through their own names. */
export async function readTables(sql: Sql): Promise<Text[]> {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'm') order by relname`;
  const texts: Text[] = [];
  for (const { name } of tables) {
    const rows = await sql<{ row: string }[]>`select t::text as row from ${sql(name)} as t order by 1`;
    texts.push([`table ${name}`, rows.map(({ row }) => row).join('\n')]);
  }
  return texts;
}

function readLogs({ dataDir }: TestSystem): Text[] {
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && (file.name.endsWith('.log') || file.parentPath === join(dataDir, 'logs')))
    .map((file) => join(file.parentPath, file.name))
    .map((path) => [`log ${path.slice(dataDir.length + 1)}`, readFileSync(path, 'utf8')]);
}

async function readItems({ outputs }: TestSystem): Promise<Text[]> {
  const client = new DynamoDBClient({ ...localClient, endpoint: outputs.endpoints.dynamodb });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const texts: Text[] = [];
  for (const TableName of TableNames) {
    const items: unknown[] = [];
    let start: Record<string, never> | undefined;
    do {
      const page = await client.send(new ScanCommand({ TableName, ExclusiveStartKey: start }));
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey as typeof start;
    } while (start);
    texts.push([`items of ${TableName}`, items.map((item) => JSON.stringify(item)).join('\n')]);
  }
  client.destroy();
  return texts;
}

async function readAnswers(system: TestSystem): Promise<Text[]> {
  const paths = routes.map(({ path }): string => path);
  const asked = [...paths, ...paths.map((path) => `${path}?compare=previous_period&groupBy=country`)];
  const answers = await Promise.all(asked.map(async (path) => (await system.get(path)).text()));
  const status = await (await fetch(new URL('/status', system.outputs.controlUrl))).text();
  return [...asked.map((path, index): Text => [`answer of ${path}`, answers[index]!]), ['status', status]];
}
