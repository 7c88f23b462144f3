import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { FaultFigure } from './run-trials.ts';

const USAGE = 'usage: npm run faults -- [--seed TEXT] [--only NAME] [--trial N]';

const options = readOptions();
const directory = mkdtempSync(join(tmpdir(), 'analytics-faults-'));
const report = join(directory, 'figures.ndjson');
const began = performance.now();
console.log(`seed ${options.seed}`);
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.faults.config.ts', ...options.files],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...{ FAULTS_SEED: options.seed, FAULTS_FULL: '1', FAULTS_REPORT: report },
      ...(options.trial === undefined ? {} : { FAULTS_TRIAL: options.trial }),
    },
  },
);
const lines = existsSync(report) ? readFileSync(report, 'utf8').trim().split('\n') : [];
rmSync(directory, { recursive: true, force: true });
console.table(lines.filter(Boolean).map((line) => JSON.parse(line) as FaultFigure));
console.log(`seed ${options.seed}, ${Math.round((performance.now() - began) / 1000)} s`);
process.exitCode = status ?? 1;

function readOptions(): { readonly seed: string; readonly files: string[]; readonly trial: string | undefined } {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({ options: { seed: text, only: text, trial: text } });
    if (values.trial !== undefined && !/^\d+$/.test(values.trial)) throw new Error('--trial: expected a whole number');
    const files = ['faults', 'oracle'].map((folder) => `test/${folder}/${values.only}.test.ts`).filter(existsSync);
    if (values.only !== undefined && files.length === 0) throw new Error(`--only: there is no ${values.only}.test.ts`);
    return { seed: values.seed ?? Date.now().toString(36), files, trial: values.trial };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}
