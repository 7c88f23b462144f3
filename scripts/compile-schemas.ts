/**
 * Turns `schemas/` into `.build/generated/`: validators without ajv (importing and compiling ajv costs a cold start about
 * 120 ms), the plans that normalizing and masking follow, and the types of masked data. `node scripts/compile-schemas.ts`
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { _ } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { compile as compileTypes, type JSONSchema } from 'json-schema-to-typescript';
import { eventTypes } from '#contract/event-types.ts';
import { formats } from '#core/formats.ts';
import { derivePlan, maskedSchema, type Schema } from './derive-plan.ts';

const root = new URL('../', import.meta.url);
const generated = new URL('.build/generated/', root);

const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const readSchema = (name: string): Schema => JSON.parse(read(`schemas/${name}`));
const identifier = (type: string, version: string) => `${type}.${version}`.replaceAll(/[^A-Za-z0-9]/g, '_');

/** Digest of all that the output depends on, to skip what is up to date. */
function digestInputs(): string {
  const inputs = [
    ...readdirSync(new URL('schemas/', root))
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => `schemas/${name}`),
    'scripts/compile-schemas.ts',
    'scripts/derive-plan.ts',
    'functions/shared/contract/event-types.ts',
    'functions/shared/core/formats.ts',
    'functions/shared/core/mask-plan.ts',
    'package-lock.json',
  ];
  const hash = createHash('sha256');
  for (const path of inputs) hash.update(path).update(read(path));
  return hash.digest('hex');
}

/** Every (type, version) of the contract table with its schema; a missing schema fails with its file's name. */
function readEventSchemas() {
  return eventTypes.flatMap(({ type, versions }) =>
    versions.map((version) => {
      const file = `${type}.${version}.json`;
      if (!existsSync(new URL(`schemas/${file}`, root)))
        throw new Error(
          `schemas/${file}: missing, though functions/shared/contract/event-types.ts lists ${type} ${version}`,
        );
      return { type, version, name: identifier(type, version), schema: readSchema(file) };
    }),
  );
}

/** Source of an ES module that exports the validators; formats are imported, so that the currency list is bundled once. */
function validatorSource(names: Record<string, string>, schemas: readonly Schema[]): string {
  const ajv = new Ajv2020({
    allErrors: false,
    strict: true,
    allowUnionTypes: true,
    // Branches of if/then/else require fields that are defined beside them, not in them.
    strictRequired: false,
    messages: false,
    formats: { ...formats },
    code: { source: true, esm: true, lines: false, formats: _`formats` },
    keywords: ['x-personal'],
    schemas: [...schemas],
  });
  return `import { formats } from '#core/formats.ts';\n${standalone.default(ajv, names)}`;
}

/** Writes through a rename: a second process never reads half a file. */
function write(name: string, text: string): void {
  const temporary = new URL(`${name}.${process.pid}`, generated);
  writeFileSync(temporary, text);
  renameSync(temporary, new URL(name, generated));
}

/** Makes `.build/generated/` unless it is up to date. Throws with the file's name where a schema is wrong. */
export async function compileSchemas(): Promise<void> {
  const digest = digestInputs();
  const digestFile = new URL('inputs.sha256', generated);
  if (existsSync(digestFile) && readFileSync(digestFile, 'utf8') === digest) return;

  const definitions = readSchema('definitions.json');
  const events = readEventSchemas();
  const envelope = readSchema('cloudevent.json');
  const names = Object.fromEntries(events.map(({ name, schema }) => [name, schema.$id ?? name]));
  const source = validatorSource({ ...names, validateEnvelope: 'cloudevent.json' }, [
    definitions,
    envelope,
    ...events.map(({ schema }) => schema),
  ]);
  const rows = events.map(({ type, version, name, schema }) => {
    const plan = JSON.stringify(derivePlan(schema, definitions, `${type}.${version}.json`).fields);
    return `['${type} ${version}', { validate: ${name}, plan: ${plan} }]`;
  });
  const bundle = await build({
    stdin: {
      contents: `${source}\nexport const eventSchemas = new Map([${rows.join(',\n')}]);`,
      resolveDir: new URL('.', root).pathname,
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['#core/*'],
    minify: true,
    legalComments: 'none',
  });

  mkdirSync(generated, { recursive: true });
  write('validators.js', bundle.outputFiles[0]?.text ?? '');
  write(
    'validators.d.ts',
    `import type { ValidateFunction } from 'ajv';
import type { FieldPlans } from '#core/mask-plan.ts';
/** Checks a CloudEvent's attributes; on false its \`errors\` hold the first failure first. */
export declare const validateEnvelope: ValidateFunction;
/** By \`<type> <version>\`. */
export declare const eventSchemas: ReadonlyMap<string, { readonly validate: ValidateFunction; readonly plan: FieldPlans }>;
`,
  );
  const types = await compileTypes(
    {
      type: 'object',
      additionalProperties: false,
      required: events.map(({ type, version }) => `${type} ${version}`),
      properties: Object.fromEntries(
        events.map(({ type, version, schema }) => [
          `${type} ${version}`,
          maskedSchema(schema, definitions) as JSONSchema,
        ]),
      ),
    },
    'EventData',
    {
      format: false,
      bannerComment: '/** Normalized, masked data of every event, by `<type> <version>`. Generated. */',
    },
  );
  write('event-data.d.ts', types);
  write('inputs.sha256', digest);
}

if (import.meta.main) await compileSchemas();
