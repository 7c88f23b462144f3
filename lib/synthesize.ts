import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { RunbookAlarm } from './constructs/runbook-alarm.ts';
import { DEFAULT_STAGE, readSettings } from './settings.ts';
import { AdminStack } from './stacks/admin-stack.ts';
import { DataStack } from './stacks/data-stack.ts';
import { IngestStack } from './stacks/ingest-stack.ts';
import { JobsStack } from './stacks/jobs-stack.ts';
import { ObservabilityStack } from './stacks/observability-stack.ts';
import { QueryStack } from './stacks/query-stack.ts';

export interface SynthesisProps {
  /** Default: the context's `stage` (`cdk --context stage=…`), else production. */
  readonly stage?: string;
  /** Default: what the CDK CLI says, else a temporary folder. */
  readonly outdir?: string;
  /** Folder per function that `scripts/build.ts` made. Default: the context's `functionsDirectory`, else where it puts them. */
  readonly functionsDirectory?: string;
  /** Variables that override the settings. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

const BUILT_FUNCTIONS = join(import.meta.dirname, '../.build/functions');

/** The app with its stacks, as `bin/analytics.ts` hands it to the CDK CLI. Throws with the name of a wrong setting. */
export function createApp(props: SynthesisProps = {}): App {
  const { environment = process.env } = props;
  const app = new App({
    outdir: props.outdir,
    analyticsReporting: false,
    treeMetadata: false,
    // Validation costs a second or two; what is only run on this machine is not worth it.
    builtinCloudFormationValidation: props.stage === 'local' ? false : undefined,
    context: {
      // One statement per resource would soon fill the 10 KB that a role's policies may have.
      '@aws-cdk/aws-iam:minimizePolicies': true,
      // Exports: CloudFormation then refuses to remove what another stack still uses.
      '@aws-cdk/core:defaultCrossStackReferences': 'strong',
    },
  });
  const stage: string = props.stage ?? app.node.tryGetContext('stage') ?? DEFAULT_STAGE;
  const settings = readSettings(stage, environment);
  const functionsDirectory: string =
    props.functionsDirectory ?? app.node.tryGetContext('functionsDirectory') ?? BUILT_FUNCTIONS;
  const common = { terminationProtection: settings.protect, tags: { service: 'analytics', stage } };
  const data = new DataStack(app, 'AnalyticsData', { ...common, settings, functionsDirectory });
  const ingest = new IngestStack(app, 'AnalyticsIngest', { ...common, data });
  const dependents = [
    ingest,
    new QueryStack(app, 'AnalyticsQuery', { ...common, data }),
    new AdminStack(app, 'AnalyticsAdmin', { ...common, data, ingest }),
    new JobsStack(app, 'AnalyticsJobs', { ...common, data, ingest }),
  ];
  // References imply it; said here because the order of migrations before functions rests on it.
  for (const stack of dependents) stack.addStackDependency(data);
  const { topics } = data;
  const alarms = app.node.findAll().filter((each) => each instanceof RunbookAlarm);
  for (const alarm of alarms) alarm.connect({ topics, runbookUrl: settings.runbookUrl });
  const observability = new ObservabilityStack(app, 'AnalyticsObservability', { ...common, alarms });
  for (const stack of [data, ...dependents]) observability.addStackDependency(stack);
  return app;
}

/** Writes the templates and assets to `outdir`. Works offline. */
export function synthesize(props: SynthesisProps = {}): CloudAssembly {
  return createApp(props).synth();
}
