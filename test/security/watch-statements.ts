import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Sql } from 'postgres';

export interface StatementLog {
  /** Texts of the statements that reached the server since the last call, by the function that sent them. */
  take(): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
}

/** Makes the server write down each statement as it came, without its parameters. `sql` is the superuser's. */
export async function watchStatements(sql: Sql): Promise<StatementLog> {
  const [{ data_directory: directory }] = (await sql`show data_directory`) as unknown as [{ data_directory: string }];
  const file = join(directory, '../postgres.log');
  await sql.unsafe(`alter system set log_statement = 'all'`);
  await sql.unsafe(`alter system set log_line_prefix = '%a|'`);
  await sql.unsafe('alter system set log_parameter_max_length = 0');
  await sql`select pg_reload_conf()`;
  let read = readFileSync(file, 'utf8').length;
  let marks = 0;
  /** The log has everything up to now when it has this. */
  const mark = async () => {
    marks += 1;
    const text = `mark ${marks} of the statements`;
    const isThere = () => readFileSync(file, 'utf8').slice(read).includes(text);
    // Asked again: the first may come before the session has read the settings.
    while (!isThere()) {
      await sql.unsafe(`/* ${text} */ select 1`);
      await setTimeout(20);
    }
  };
  await mark();
  return {
    take: async () => {
      await mark();
      const log = readFileSync(file, 'utf8');
      const part = log.slice(read);
      read = log.length;
      const taken = new Map<string, Set<string>>();
      for (const [, application = '', text = ''] of part.matchAll(
        /^([\w-]*)\|LOG: {2}(?:statement|execute [^:]+): ((?:.*)(?:\n\t.*)*)/gm,
      )) {
        const texts = taken.get(application) ?? new Set();
        taken.set(application, texts.add(text.replaceAll(/\s+/g, ' ').trim()));
      }
      return taken;
    },
  };
}
