import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { DEFAULT_STAGE, isStage, readSettings, stageNames, tokenVariables } from '../lib/settings.ts';
import { build } from './build.ts';

/** `npm run deploy -- [--stage NAME] [-- CDK OPTION…]`: to the account and region of the caller's AWS credentials. */
function readArguments() {
  const { values, positionals } = parseArgs({
    options: { stage: { type: 'string', default: DEFAULT_STAGE } },
    allowPositionals: true,
  });
  const stage = values.stage;
  const deployable = stageNames.filter((name) => name !== 'local');
  if (!isStage(stage) || stage === 'local') throw new Error(`--stage must be one of ${deployable.join(', ')}.`);
  if (readSettings(stage, process.env).tokens === undefined) {
    throw new Error(
      `Set ${tokenVariables.issuer} and ${tokenVariables.audience}: who issues the API's bearer tokens, and for whom.`,
    );
  }
  return { stage, cdkOptions: positionals };
}

try {
  const { stage, cdkOptions } = readArguments();
  await build();
  const result = spawnSync('cdk', ['deploy', '--all', '--context', `stage=${stage}`, ...cdkOptions], {
    stdio: 'inherit',
  });
  if (result.error) throw result.error;
  process.exitCode = result.status ?? 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
