import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Properties } from './synthesize-for-test.ts';

/** What `cdk diff` says CloudFormation would do to a resource beyond updating it in place. */
export interface Loss {
  readonly stack: string;
  readonly type: string;
  readonly id: string;
  /** As `cdk diff` words it. */
  readonly impact: 'replace' | 'may be replaced' | 'destroy' | 'orphan';
}

const CDK = new URL('../../node_modules/aws-cdk/bin/cdk', import.meta.url).pathname;
/** `[~] AWS::DynamoDB::GlobalTable Idempotency IdempotencyC15CBC33 replace`. */
const lossLine = /^\[[~-]\] (\S+) .*?(\S+) (replace|may be replaced|destroy|orphan)$/;

/**
 * Asks `cdk diff`, offline, what an update from the `deployed` templates (by stack) to the assembly in `cdkOut` would
 * replace or remove. Rejects when it answers with anything but "no differences" or "differences".
 */
export async function diffStacks(cdkOut: string, deployed: Readonly<Record<string, Properties>>): Promise<Loss[]> {
  const losses = await Promise.all(
    Object.entries(deployed).map(async ([stack, template]) => {
      const file = join(cdkOut, `${stack}.deployed.json`);
      writeFileSync(file, JSON.stringify(template));
      const text = await runDiff(cdkOut, stack, file);
      return text.split('\n').flatMap((line) => {
        const [, type, id, impact] = lossLine.exec(line) ?? [];
        return type && id ? [{ stack, type, id, impact: impact as Loss['impact'] }] : [];
      });
    }),
  );
  return losses.flat();
}

async function runDiff(cdkOut: string, stack: string, template: string): Promise<string> {
  const args = ['diff', stack, '--exclusively', '--fail', '--app', cdkOut, '--template', template];
  const child = spawn(process.execPath, [CDK, ...args, '--no-change-set', '--no-notices'], {
    // No account to ask, and no colours between the words.
    env: { PATH: process.env.PATH, HOME: cdkOut, NO_COLOR: '1', CDK_DISABLE_CLI_TELEMETRY: 'true' },
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  child.stderr.on('data', (chunk) => (text += chunk));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const differs = text.includes(`Stack ${stack}\n`) && /Number of stacks with differences: \d/.test(text);
  if ((code !== 0 && code !== 1) || !differs) throw new Error(`cdk diff ${stack} ended with ${code}:\n${text}`);
  return text;
}
