import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { LIVE_FUNCTION } from '#contract/functions.ts';
import { jobs } from '#contract/jobs.ts';
import { createApp } from '../../lib/synthesize.ts';

// biome-ignore lint/suspicious/noExplicitAny: a template is untyped JSON, and every test says which part it expects.
export type Properties = any;

export interface Resource {
  readonly id: string;
  readonly stack: string;
  readonly properties: Properties;
  readonly dependsOn: readonly string[];
}

const stackNames = [
  'AnalyticsData',
  'AnalyticsIngest',
  'AnalyticsQuery',
  'AnalyticsAdmin',
  'AnalyticsJobs',
  'AnalyticsObservability',
] as const;

// 2 s of each synthesis; `npm run synth`, which CI runs, validates.
process.env.CDK_VALIDATION = 'false';

/**
 * The app's templates, synthesized over placeholder bundles, so that no test of a stack waits for a build. The assembly
 * is left in `outdir` if one is given.
 */
export function synthesizeForTest(stage: string, environment: Readonly<Record<string, string>> = {}, outdir?: string) {
  const directory = mkdtempSync(join(tmpdir(), 'analytics-synth-'));
  const functionsDirectory = join(directory, 'functions');
  for (const name of [
    'ingest',
    'dlq-capture',
    'query',
    'admin',
    LIVE_FUNCTION,
    ...jobs.map((job) => `job-${job.name}`),
  ]) {
    mkdirSync(join(functionsDirectory, name), { recursive: true });
    // The name makes each bundle another asset.
    writeFileSync(join(functionsDirectory, name, 'index.mjs'), `export const handler = '${name}';`);
  }
  try {
    const app = createApp({ stage, outdir: outdir ?? join(directory, 'cdk.out'), functionsDirectory, environment });
    const { stacks } = app.synth();
    const templates = Object.fromEntries(stackNames.map((name) => [name, templateOf(app, name)]));
    return { app, stacks, templates, resources: (type: string) => resourcesOf(templates, type) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function templateOf(app: ReturnType<typeof createApp>, name: string): Properties {
  return Template.fromStack(app.node.findChild(name) as Parameters<typeof Template.fromStack>[0]).toJSON();
}

function resourcesOf(templates: Readonly<Record<string, Properties>>, type: string): Resource[] {
  return Object.entries(templates).flatMap(([stack, template]) =>
    Object.entries<Properties>(template.Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([id, { Properties, DependsOn }]) => ({
        id,
        stack,
        properties: Properties,
        dependsOn: [DependsOn ?? []].flat(),
      })),
  );
}

/** Logical id that a property refers to by Ref, GetAtt or, across stacks, the export's name. */
export function referredTo(value: Properties): string {
  return value?.Ref ?? value?.['Fn::GetAtt']?.[0] ?? value?.['Fn::ImportValue'];
}

export function byId(resources: readonly Resource[], id: string): Resource {
  const found = resources.find((resource) => resource.id === id);
  if (!found) throw new Error(`No resource ${id}.`);
  return found;
}
