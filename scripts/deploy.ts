import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { isStage, readSettings, stageNames, tokenVariables } from '../lib/settings.ts';
import { build } from './build.ts';

const USAGE = 'npm run deploy -- --stage NAME [--diff] [-- CDK OPTION…]';

/** To the account and region of the caller's AWS credentials; with `--diff` it only shows what would change there. */
function readArguments() {
  const { values, positionals } = parseArgs({
    options: { stage: { type: 'string' }, diff: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const { stage } = values;
  const deployable = stageNames.filter((name) => name !== 'local');
  // No default: a stage nobody named must not resize, or unprotect, what stands in the account.
  if (!stage || !isStage(stage) || stage === 'local') {
    throw new Error(`--stage must be one of ${deployable.join(', ')}: ${USAGE}`);
  }
  if (readSettings(stage, process.env).tokens === undefined) {
    throw new Error(
      `Set ${tokenVariables.issuer} and ${tokenVariables.audience}: who issues the API's bearer tokens, and for whom.`,
    );
  }
  return { stage, command: values.diff ? 'diff' : 'deploy', cdkOptions: positionals };
}

try {
  const { stage, command, cdkOptions } = readArguments();
  await build();
  const result = spawnSync('cdk', [command, '--all', '--context', `stage=${stage}`, ...cdkOptions], {
    stdio: 'inherit',
  });
  if (result.error) throw result.error;
  process.exitCode = result.status ?? 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
