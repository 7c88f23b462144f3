import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
}

export interface Stack {
  readonly name: string;
  readonly resources: Readonly<Record<string, TemplateResource>>;
  readonly outputs: Readonly<Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>>;
  readonly parameters: Readonly<Record<string, { readonly Type: string; readonly Default?: unknown }>>;
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly mappings: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

export interface Assembly {
  readonly stacks: readonly Stack[];
  /** File or directory of an asset, by its hash. */
  readonly assets: ReadonlyMap<string, string>;
}

interface Artifact {
  readonly type: string;
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly file?: string;
    readonly directoryName?: string;
  };
}

/** Reads what `cdk synth` wrote: stacks and assets of the app and of the stages nested in it. */
export function readAssembly(directory: string): Assembly {
  const manifest = join(directory, 'manifest.json');
  if (!existsSync(manifest)) throw new Error(`${manifest} is missing: synthesize the app first (npm run synth)`);
  const stacks: Stack[] = [];
  const assets = new Map<string, string>();
  const { artifacts = {} } = readJson<{ artifacts?: Record<string, Artifact> }>(manifest);
  for (const [id, { type, properties = {} }] of Object.entries(artifacts)) {
    if (type === 'aws:cloudformation:stack' && properties.templateFile) {
      stacks.push(readStack(properties.stackName ?? id, join(directory, properties.templateFile)));
    } else if (type === 'cdk:asset-manifest' && properties.file) {
      readAssets(directory, properties.file, assets);
    } else if (type === 'cdk:cloud-assembly' && properties.directoryName) {
      const nested = readAssembly(join(directory, properties.directoryName));
      stacks.push(...nested.stacks);
      for (const [hash, path] of nested.assets) assets.set(hash, path);
    }
  }
  return { stacks, assets };
}

function readStack(name: string, file: string): Stack {
  const template = readJson<Record<string, never>>(file);
  return {
    name,
    resources: template.Resources ?? {},
    outputs: template.Outputs ?? {},
    parameters: template.Parameters ?? {},
    conditions: template.Conditions ?? {},
    mappings: template.Mappings ?? {},
  };
}

function readAssets(directory: string, file: string, assets: Map<string, string>): void {
  const { files = {} } = readJson<{ files?: Record<string, { source: { path?: string } }> }>(join(directory, file));
  for (const [hash, { source }] of Object.entries(files)) {
    if (source.path) assets.set(hash, join(directory, source.path));
  }
}

const readJson = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;
