import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions, functionEntries } from '../../scripts/build.ts';
import { synthesizeForTest } from '../stacks/synthesize-for-test.ts';

const directory = mkdtempSync(join(tmpdir(), 'analytics-build-'));
const outdir = join(directory, 'functions');
const migrations = join(outdir, 'job-migrate/migrations');
const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('has an entry for every function that the stacks deploy', () => {
  const deployed = synthesizeForTest('local')
    .resources('AWS::Lambda::Function')
    .flatMap(({ properties }) => properties.FunctionName ?? []);
  expect(functionEntries.map(({ name }) => `analytics-${name}`).sort()).toEqual(deployed.sort());
});

describe('a bundle', () => {
  beforeAll(async () => {
    mkdirSync(join(directory, 'routes'));
    write('routes/first.ts', `export const answer: string = 'first';`);
    write('commonjs.cjs', `exports.separator = require('node:path').posix.sep;`);
    write(
      'handler.ts',
      `import { separator } from './commonjs.cjs';
       export const handler = async (name: string) => (await import(\`./routes/\${name}.ts\`)).answer + separator;`,
    );
    mkdirSync(migrations, { recursive: true });
    writeFileSync(join(migrations, '0000_renamed_since.sql'), '');
    const source = join(directory, 'handler.ts');
    await bundleFunctions(
      ['ingest', 'job-migrate'].map((name) => ({ name, source })),
      outdir,
    );
  });

  it('is one ES module, with what it imports by name at run time and CommonJS inside', async () => {
    expect(readdirSync(join(outdir, 'ingest')).sort()).toEqual(['index.mjs', 'index.mjs.map', 'rds-ca.pem']);
    const { handler } = await import(/* @vite-ignore */ pathToFileURL(join(outdir, 'ingest/index.mjs')).href);
    expect(await handler('first')).toBe('first/');
    await expect(handler('second')).rejects.toThrow('./routes/second.ts');
  });

  it('of the migrations holds the SQL that is there now', () => {
    expect(readdirSync(migrations)).toEqual(readdirSync('db/migrations'));
  });
});
