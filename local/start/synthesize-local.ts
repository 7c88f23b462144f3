import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from '../../scripts/build.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * Bundles the functions and synthesizes stage `local` into `<dataDir>/cdk.out`, and answers that directory. The app runs as
 * the CDK CLI would run it, without the CLI. Throws with the app's own message, such as a setting that is wrong.
 */
export async function synthesizeLocal(dataDir: string): Promise<string> {
  const cdkOut = resolve(dataDir, 'cdk.out');
  rmSync(cdkOut, { recursive: true, force: true });
  // A folder of its own: two systems of one checkout may start at the same time
  const functionsDirectory = resolve(dataDir, 'functions');
  await build(functionsDirectory);
  const context = JSON.stringify({ stage: 'local', functionsDirectory });
  const env = { ...process.env, CDK_OUTDIR: cdkOut, CDK_CONTEXT_JSON: context, CDK_VALIDATION: 'false' };
  try {
    await promisify(execFile)(process.execPath, [join(ROOT, 'bin/analytics.ts')], { cwd: ROOT, env });
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string };
    const message = /^\w*Error: (.*)$/m.exec(stderr)?.[1] ?? stderr;
    throw new Error(`The stacks cannot be synthesized: ${message}`, { cause });
  }
  return cdkOut;
}
