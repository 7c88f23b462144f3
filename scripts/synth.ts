import { parseArgs } from 'node:util';
import { auditStacks } from '../lib/audit-stacks.ts';
import { DEFAULT_STAGE, readSettings } from '../lib/settings.ts';
import { createApp } from '../lib/synthesize.ts';
import { build } from './build.ts';

/** `npm run synth -- [--stage NAME] [--out DIR]` */
try {
  const { values } = parseArgs({
    options: { stage: { type: 'string', default: DEFAULT_STAGE }, out: { type: 'string', default: 'cdk.out' } },
  });
  // Before the build: a wrong name or setting is said at once.
  readSettings(values.stage, process.env);
  await build();
  const { stacks, directory } = auditStacks(createApp({ stage: values.stage, outdir: values.out })).synth();
  for (const { templateFullPath } of stacks) console.log(templateFullPath);
  console.log(`Synthesized ${stacks.length} stacks to ${directory}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
