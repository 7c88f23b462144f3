import type { Sql } from 'postgres';
import { findCanaries } from '../e2e/find-canaries.ts';
import { canaries } from '../e2e/personal-values.ts';

/** What was kept or said somewhere. */
export type Text = readonly [place: string, text: string];

/** Every row of every table and materialized view as text, bytea as hex; partitions through their own names. */
export async function readTables(sql: Sql): Promise<Text[]> {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'm') order by relname`;
  const texts: Text[] = [];
  for (const { name } of tables) {
    const rows = await sql<{ row: string }[]>`select t::text as row from ${sql(name)} as t`;
    if (rows.length > 0) texts.push([`table ${name}`, rows.map(({ row }) => row).join('\n')]);
  }
  return texts;
}

/** `<place>: <canary> as <form>` for each personal value of `personal-values.ts`, plain, encoded or hashed. */
export function scan(texts: readonly Text[]): string[] {
  const byPlace = Map.groupBy(texts, ([place]) => place);
  return [...byPlace].flatMap(([place, ofPlace]) =>
    findCanaries(ofPlace.map(([, text]) => text).join('\n'), canaries).map((found) => `${place}: ${found}`),
  );
}
