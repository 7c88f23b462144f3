import type { Sql, TransactionSql } from 'postgres';
import type { Seed } from './make-seed.ts';
import { type Clone, type CloneNames, datesFrom, namesOf } from './name-clone.ts';

/** Written by triggers of what is copied: marked anew for the whole at the end. */
const OF_TRIGGERS = ['data_changes', 'dirty_windows', 'dirty_sessions'];

interface Column {
  readonly name: string;
  readonly type: string;
}

interface SeedTable {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Names of the columns that hold a name or date of the seed. */
  readonly renamed: ReadonlySet<string>;
  readonly key: readonly string[];
}

/**
 * Ingests the seed and keeps what that wrote as text with gaps where its names and dates stood. Whatever table ingestion writes
 * is found in the catalog: a new one needs no line here. Connected as the superuser; the tables are empty before and after.
 */
export async function takeSeed(sql: Sql, seed: Seed, ingest: () => Promise<void>): Promise<SeedTable[]> {
  const before = new Set([...(await listFilled(sql)), ...OF_TRIGGERS]);
  await ingest();
  await sql`create schema year_seed`;
  const tables: SeedTable[] = [];
  for (const name of await listFilled(sql)) {
    if (!before.has(name)) tables.push(await takeTable(sql, name, seed));
  }
  await sql`truncate ${sql([...tables.map(({ name }) => name), ...OF_TRIGGERS])}`;
  return tables;
}

async function listFilled(sql: Sql): Promise<string[]> {
  const filled: string[] = [];
  for (const { name } of await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`) {
    const [{ isFilled }] = await sql<[{ isFilled: boolean }]>`select exists (select from ${sql(name)}) as "isFilled"`;
    if (isFilled) filled.push(name);
  }
  return filled;
}

async function takeTable(sql: Sql, name: string, { run, start }: Seed): Promise<SeedTable> {
  const columns = await sql<Column[]>`
    select attname as name, format_type(atttypid, null) as type from pg_attribute
    where attrelid = ${name}::text::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = '' order by attnum`;
  const key = await sql<{ name: string }[]>`
    select attname as name from pg_index join pg_attribute on attrelid = indrelid and attnum = any (indkey)
    where indrelid = ${name}::text::regclass and indisprimary`;
  const dates = datesFrom(start);
  const gap = { clone: dates.length + 1, customers: dates.length + 2, products: dates.length + 3 };
  const withGaps = (column: string) =>
    dates.reduce(
      (text, date, index) => `replace(${text}, '${date}', '%${index + 1}$s')`,
      `regexp_replace(replace(regexp_replace(regexp_replace(replace("${column}"::text, '%', '%%'),
        '\\m(C|anon)-${run}-(\\d+)-(registered|changed)\\M', '\\1-%${gap.clone}$s-\\2-\\3', 'g'),
        '\\m(C|anon)-${run}-', '\\1-%${gap.customers}$s-', 'g'),
        '${run}', '%${gap.clone}$s'), '\\mP(\\d{4})\\M', 'P\\1-%${gap.products}$s', 'g')`,
    );
  const texts = columns.map(({ name: column }) => `${withGaps(column)} as "${column}"`);
  await sql.unsafe(`create unlogged table year_seed."${name}" as select ${texts.join(', ')} from "${name}"`);
  const gaps = columns.map(({ name: column }) => `coalesce(bool_or("${column}" ~ '%'), false) as "${column}"`);
  const [isRenamed] = await sql.unsafe(`select ${gaps.join(', ')} from year_seed."${name}"`);
  const renamed = new Set(columns.map((column) => column.name).filter((column) => isRenamed![column]));
  return { name, columns, renamed, key: key.map((column) => column.name) };
}

/** Adds copies of the seed; those of one period in a statement a table. Facts that copies share fold as ingestion folds them. */
export async function fillYear(
  sql: Sql,
  seed: Seed,
  tables: readonly SeedTable[],
  clones: readonly Clone[],
): Promise<void> {
  for (const [, ofPeriod = []] of Map.groupBy(clones, ({ period }) => period)) {
    const names = ofPeriod.map((clone) => namesOf(clone, seed.start));
    const months = new Set(names.flatMap(({ dates }) => dates.map((date) => `${date.slice(0, 7)}-01`)));
    await sql`select ensure_event_partitions(${[...months]}::text[]::timestamptz[])`;
    await sql.begin(async (tx) => {
      await tx`set local session_replication_role = replica`; // no triggers: every hour is marked at the end
      for (const table of tables) await copyTable(tx, table, names);
    });
  }
}

/** Everything that is booked is an event's, and every event of a session, customer or order is in `active_users`. */
export async function markAllHours(sql: Sql): Promise<void> {
  await sql`insert into dirty_windows (hour) select distinct hour from active_users`;
}

async function copyTable(
  tx: TransactionSql,
  { name, columns, renamed, key }: SeedTable,
  names: readonly CloneNames[],
): Promise<void> {
  const values = columns.map(({ name: column, type }) =>
    renamed.has(column)
      ? `format(seed."${column}", variadic names)::${type}`
      : `replace(seed."${column}", '%%', '%')::${type}`,
  );
  const list = (all: readonly string[]) => all.map((one) => `"${one}"`).join(', ');
  const isFact = columns.some((column) => column.name === 'earliest');
  const onConflict = isFact
    ? `(${list(key)}) do update set earliest = merge_earliest(fact.earliest, excluded.earliest), latest = merge_latest(fact.latest, excluded.latest)`
    : 'do nothing';
  await tx.unsafe(
    `with clones as materialized (
       select array(select jsonb_array_elements_text(clone)) as names from jsonb_array_elements($1::text::jsonb) as clone
     )
     insert into "${name}" as fact (${list(columns.map((column) => column.name))})
     select ${values.join(', ')} from year_seed."${name}" as seed cross join clones
     on conflict ${onConflict}`,
    [JSON.stringify(names.map(({ dates, clone, customers, products }) => [...dates, clone, customers, products]))],
  );
}
