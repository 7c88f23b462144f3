import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'analytics-deploy-'));
const called = join(directory, 'called.json');
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeEach(() => rmSync(called, { force: true }));

/** Stands in for the CDK CLI, which would ask AWS: writes down what it was called with. */
writeFileSync(
  join(directory, 'cdk'),
  `#!/bin/sh
exec ${process.execPath} -e 'require("fs").writeFileSync(process.env.CALLED, JSON.stringify(process.argv.slice(1))); process.exit(Number(process.env.ENDS_WITH ?? 0))' -- "$@"
`,
);
chmodSync(join(directory, 'cdk'), 0o755);

const issuer = { OIDC_ISSUER: 'https://login.example.com/', OIDC_AUDIENCE: 'shop' };

function deploy(args: readonly string[], environment: Readonly<Record<string, string>> = issuer) {
  const env = { PATH: `${directory}${delimiter}${process.env.PATH}`, CALLED: called, ...environment };
  const { status, stderr } = spawnSync(process.execPath, ['scripts/deploy.ts', ...args], { encoding: 'utf8', env });
  return { status, stderr, cdk: existsSync(called) ? JSON.parse(readFileSync(called, 'utf8')) : undefined };
}

it('hands the stage and the options after -- to cdk deploy --all', () => {
  const ran = deploy(['--stage', 'staging', '--', '--require-approval', 'never']);
  const cdk = ['deploy', '--all', '--context', 'stage=staging', '--require-approval', 'never'];
  expect(ran).toEqual({ status: 0, stderr: '', cdk });
}, 60_000);

it('shows what would change instead, and ends as cdk does', () => {
  const ran = deploy(['--stage', 'high-volume', '--diff'], { ...issuer, ENDS_WITH: '3' });
  expect(ran).toMatchObject({ status: 3, cdk: ['diff', '--all', '--context', 'stage=high-volume'] });
}, 60_000);

describe('says what is wrong, and calls nobody', () => {
  const stages = '--stage must be one of staging, production, high-volume: npm run deploy -- --stage NAME';
  it.each<[string, readonly string[], Readonly<Record<string, string>>, string]>([
    ['no stage', [], issuer, stages],
    ['a stage that is not deployed', ['--stage', 'local'], issuer, stages],
    ['nobody who issues tokens', ['--stage', 'staging'], {}, 'Set OIDC_ISSUER and OIDC_AUDIENCE'],
    ['a setting', ['--stage', 'staging'], { ...issuer, RAW_RETENTION_DAYS: 'ninety' }, 'RAW_RETENTION_DAYS: expected'],
    ['an option of cdk before --', ['--stage', 'staging', '--hotswap'], issuer, "Unknown option '--hotswap'"],
  ])('%s', (_what, args, environment, message) => {
    const { status, stderr, cdk } = deploy(args, environment);
    expect({ status, cdk }).toEqual({ status: 1, cdk: undefined });
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
