import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface AssemblySource {
  /** Template per stack name. */
  readonly stacks: Readonly<Record<string, unknown>>;
  /** Source of `index.mjs` per asset hash. */
  readonly functions?: Readonly<Record<string, string>>;
}

/** Writes what `cdk synth` would write for these stacks, and answers its directory. */
export function writeAssembly({ stacks, functions = {} }: AssemblySource): string {
  const directory = mkdtempSync(join(tmpdir(), 'assembly-'));
  const write = (name: string, value: unknown) => writeFileSync(join(directory, name), JSON.stringify(value));
  const artifacts: Record<string, unknown> = {
    Assets: { type: 'cdk:asset-manifest', properties: { file: 'all.assets.json' } },
  };
  for (const [name, template] of Object.entries(stacks)) {
    write(`${name}.template.json`, template);
    artifacts[name] = { type: 'aws:cloudformation:stack', properties: { templateFile: `${name}.template.json` } };
  }
  const files: Record<string, unknown> = {};
  for (const [hash, source] of Object.entries(functions)) {
    mkdirSync(join(directory, `asset.${hash}`));
    writeFileSync(join(directory, `asset.${hash}`, 'index.mjs'), source);
    files[hash] = { source: { path: `asset.${hash}`, packaging: 'zip' } };
  }
  write('all.assets.json', { files });
  write('manifest.json', { artifacts });
  return directory;
}

/** A function of the asset `hash`. */
export const functionResource = (hash: string, properties: Record<string, unknown> = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: hash,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Code: { S3Bucket: 'assets', S3Key: `${hash}.zip` },
    Timeout: 5,
    ...properties,
  },
});
