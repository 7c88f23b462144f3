import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { UNMATCHED } from '#contract/event-types.ts';
import { resourceVariables } from '#contract/variables.ts';
import { canaries, TOKEN } from '../e2e/personal-values.ts';
import { readTables, type Text } from '../setup/canary-scan.ts';
import { createDatabase } from '../setup/database.ts';
import type { LeakRun } from './leak-run.ts';
import { serveAws } from './serve-aws.ts';

/** A change of the sources that lets something personal through. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
}
export interface Edit {
  /** Below `functions/`. */
  readonly file: string;
  /** Must occur in the file: a mutant of code that is gone proves nothing. */
  readonly from: string;
  readonly to: string;
}

const root = join(import.meta.dirname, '../..');
const OUTDIR = join(root, '.build/leak-runs');

/**
 * Runs the functions over personal traffic on a database of their own, as they are or with a mutant's edits.
 * @returns all that was kept or said: tables, logs, answers, idempotency records, attributes of dead letters
 */
export async function runFunctions(sqlStates: readonly string[], mutant?: Mutant): Promise<Text[]> {
  const db = await createDatabase({ migrated: true });
  const aws = await serveAws();
  const owner = db.connect();
  try {
    await owner.unsafe(triggers);
    setEnvironment(db, aws.url);
    const { runLeaks } = await bundle(mutant); // read their settings as they are loaded
    const said = await runLeaks({
      sent: aws.sent,
      ...{ sqlStates, breakDatabase: (sqlState) => owner.unsafe(failure(sqlState)).then(() => {}) },
      mendDatabase: () => owner.unsafe(health).then(() => {}),
    });
    const attributes = aws.sent.map(({ MessageAttributes }) => JSON.stringify(MessageAttributes));
    const requests = aws.requests.map(({ target, body }): Text => [`request ${target}`, body]);
    return [...said, ...requests, ['attributes of dead letters', attributes.join('\n')], ...(await readTables(owner))];
  } finally {
    aws.close();
    await db.drop();
  }
}

async function bundle(mutant: Mutant | undefined): Promise<{ runLeaks: (run: LeakRun) => Promise<Text[]> }> {
  mkdirSync(OUTDIR, { recursive: true });
  const outfile = join(OUTDIR, `${process.pid}-${(mutant?.name ?? 'as it is').replaceAll(/\W+/g, '-')}.mjs`);
  await build({
    ...{ absWorkingDir: root, entryPoints: ['test/faults/leak-run.ts'], outfile, bundle: true, logLevel: 'error' },
    ...{ platform: 'node', target: 'node24', format: 'esm', packages: 'external' },
    plugins: mutant ? [mutate(mutant)] : [],
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(outfile);
  }
}

function mutate({ edits }: Mutant): Plugin {
  const files = [...new Set(edits.map(({ file }) => file))];
  return {
    name: 'mutate',
    setup: ({ onLoad }) => {
      for (const file of files) {
        const path = join(root, 'functions', file);
        onLoad({ filter: new RegExp(`${file.replaceAll('.', '\\.')}$`) }, (args) => {
          if (args.path !== path) return undefined;
          return {
            loader: 'ts',
            contents: applyEdits(
              readFileSync(path, 'utf8'),
              edits.filter((edit) => edit.file === file),
            ),
          };
        });
      }
    },
  };
}

function applyEdits(source: string, edits: readonly Edit[]): string {
  return edits.reduce((text, { file, from, to }) => {
    if (!text.includes(from)) throw new Error(`functions/${file} does not hold what the mutant changes: ${from}`);
    return text.replaceAll(from, () => to);
  }, source);
}

function setEnvironment(db: { host: string; port: number; name: string; caFile: string }, url: string): void {
  const urls = JSON.stringify({ [UNMATCHED]: `${url}/unmatched` });
  const { databaseHost, databasePort, databaseName, databaseCaFile, ...others } = resourceVariables;
  Object.assign(process.env, {
    ...Object.fromEntries(Object.values(others).map((name) => [name, 'resource'])),
    ...{
      [databaseHost]: db.host,
      [databasePort]: String(db.port),
      [databaseName]: db.name,
      [databaseCaFile]: db.caFile,
    },
    ...{ [others.deadLetterQueueUrls]: urls, [others.queueUrls]: urls, AWS_ENDPOINT_URL: url },
    ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    BREAKER_FAILURES: '100', // a breaker that opens would keep the errors away
    ...{ POWERTOOLS_DEV: 'true', LOG_LEVEL: 'DEBUG' }, // logs through the console, which the run listens to
  });
  delete process.env[others.databaseMasterSecret];
}

/** In whatever text field of an error a value can stand: the names of a table and of a constraint are ours alone. */
const personal = canaries.filter((canary) => canary.includes(TOKEN) || canary.startsWith('+')).join(' ');
const failure = (sqlState: string) => `
  create or replace function fail_or_not() returns trigger language plpgsql as $$
    begin raise exception using errcode = '${sqlState}', message = '${personal}', detail = 'Key (email)=(${personal})',
      hint = '${personal}', column = '${personal}', datatype = '${personal}'; end $$;
  create or replace function hour_of(at timestamptz) returns timestamptz language plpgsql immutable strict parallel safe as $$
    begin raise exception using errcode = '${sqlState}', message = '${personal}', detail = '${personal}'; end $$`;
const health = `
  create or replace function fail_or_not() returns trigger language plpgsql as $$ begin return null; end $$;
  create or replace function hour_of(at timestamptz) returns timestamptz language sql immutable strict parallel safe
    as $$ select date_trunc('hour', at, 'UTC') $$`;
const triggers = `${health};
  create trigger fails before insert on processed_events for each statement execute function fail_or_not();
  create trigger fails before insert on dead_letter_queue for each statement execute function fail_or_not();
  create trigger fails before delete on dirty_windows for each statement execute function fail_or_not()`;
