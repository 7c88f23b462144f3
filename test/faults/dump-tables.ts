import type { Sql } from 'postgres';
import { aggregateWindows } from '#db/aggregate-windows.ts';

/** When something was noticed, and how many came late: they tell of the deliveries, not of the events. */
const VOLATILE = ['processed_at', 'received_at', 'updated_at', 'captured_at', 'late_events'];
/** Operations and what migrations fill. */
const LEFT_OUT = ['schema_migrations', 'job_runs', 'job_locks', 'dirty_windows', 'data_changes'];

/** All rows of all tables as text, aggregated as they would be minutes later, in an order of their own. */
export async function dumpTables(sql: Sql): Promise<Map<string, string[]>> {
  await aggregateWindows(sql, { zone: 'UTC', limit: 1_000_000 });
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and relname <> all (${LEFT_OUT})
    order by 1`;
  const dump = new Map<string, string[]>();
  for (const { name } of tables) {
    const rows = await sql<{ row: string }[]>`
      select (to_jsonb(t) - ${VOLATILE}::text[])::text as row from ${sql(name)} t order by 1`;
    dump.set(
      name,
      rows.map(({ row }) => row),
    );
  }
  return dump;
}

/** Rows that only one of two dumps has, by table; empty where they are equal. */
export function compareDumps(a: ReadonlyMap<string, string[]>, b: ReadonlyMap<string, string[]>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((table) => {
    const [left, right] = [new Set(a.get(table)), new Set(b.get(table))];
    return [
      ...[...left].filter((row) => !right.has(row)).map((row) => `only in the first: ${table} ${row}`),
      ...[...right].filter((row) => !left.has(row)).map((row) => `only in the second: ${table} ${row}`),
    ];
  });
}
