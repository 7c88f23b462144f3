import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'analytics-dependencies-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const root = new URL('../../', import.meta.url);

interface LockedPackage {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  /** It came inside another, under that one's digest. */
  readonly inBundle?: boolean;
}
const { packages } = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
const deployed = Object.entries(packages).filter(([path, { dev, optional }]) => path !== '' && !dev && !optional);

const run = (script: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  spawnSync(process.execPath, [`scripts/${script}`, ...args], {
    ...{ cwd: root, encoding: 'utf8', env: { ...process.env, ...environment } },
  });

describe('the bill of materials', () => {
  it('names every package that a deployment is made of, with version, licence and digest', () => {
    const file = join(directory, 'sbom.json');
    const { status, stderr } = run('sbom.ts', [file]);
    expect(status, stderr).toBe(0);
    const bom = JSON.parse(readFileSync(file, 'utf8'));
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1 });
    expect(bom.serialNumber).toMatch(/^urn:uuid:/);
    const components = new Map<string, Record<string, unknown>>(
      bom.components.map((each: { name: string; version: string }) => [`${each.name}@${each.version}`, each]),
    );
    expect(components.size).toBe(bom.components.length);
    expect(deployed.length).toBeGreaterThan(30);
    for (const [path, { version }] of deployed) {
      const component = components.get(`${nameOf(path)}@${version}`);
      expect(component, path).toMatchObject({ type: 'library', purl: expect.stringMatching(/^pkg:npm\//) });
      expect(JSON.stringify(component!.properties), path).not.toMatch(/package:development/);
      expect(component!.hashes, path).toEqual([{ alg: 'SHA-512', content: expect.any(String) }]);
      // npm writes down only identifiers of SPDX: one package says MIT/X11
      if (packages[path]!.license !== 'MIT/X11') expect(component!.licenses, path).toHaveLength(1);
    }
  });
});

it('nothing is deployed under a licence that binds what it is linked with, or under none', () => {
  const permissive = [
    '0BSD',
    'Apache-2.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'ISC',
    'MIT',
    'MIT-0',
    'MIT/X11',
    'Unlicense',
  ];
  for (const [path, { license }] of deployed) expect(permissive, path).toContain(license);
});

it('every package has the digest of what it was, and none comes from elsewhere than the registry', () => {
  const alone = Object.entries(packages).filter(([path, { inBundle }]) => path !== '' && !inBundle);
  expect(alone.length).toBeGreaterThan(300);
  for (const [path, { resolved, integrity }] of alone) {
    expect(integrity, path).toMatch(/^sha512-/);
    if (resolved !== undefined) expect(resolved, path).toMatch(/^https:\/\/registry\.npmjs\.org\//);
  }
});

describe('the audit', () => {
  /** An `npm` that answers this to `npm audit`. */
  function auditWith(answer: string, environment: Readonly<Record<string, string>> = {}) {
    const npm = join(directory, 'npm');
    writeFileSync(npm, `#!/bin/sh\ncat <<'ANSWER'\n${answer}\nANSWER\nexit 1\n`);
    chmodSync(npm, 0o755);
    return run('audit.ts', [], { PATH: `${directory}${delimiter}${process.env.PATH}`, ...environment });
  }
  const found = (counts: object) => JSON.stringify({ metadata: { vulnerabilities: { total: 3, ...counts } } });
  const noEndpoint = JSON.stringify({ error: { summary: '', detail: '' }, message: 'endpoint' });

  it.each([
    ['a high one', found({ high: 1 }), 1, /3 known vulnerabilities, 1 of them/],
    ['a critical one', found({ critical: 2, high: 0 }), 1, /2 of them/],
    ['only lesser ones', found({ moderate: 3 }), 0, /3 known vulnerabilities, 0 of them/],
  ])('fails on what is high: %s', (_, answer, status, said) => {
    const audit = auditWith(answer);
    expect(audit.status).toBe(status);
    expect(audit.stdout).toMatch(said);
  });

  it.each([noEndpoint, '', 'not json'])('says that nobody was asked: %s', (answer) => {
    expect(auditWith(answer)).toMatchObject({ status: 0, stderr: expect.stringMatching(/^NOT AUDITED/), stdout: '' });
    expect(auditWith(answer, { AUDIT_REQUIRED: '1' }).status).toBe(1);
  });
});
