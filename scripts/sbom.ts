import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * `npm run sbom [-- FILE]`: every package of the lock file, as CycloneDX; those that only development needs are marked.
 * Not `--omit=dev`: npm 11 then also leaves out 37 packages that development needs too, among them the SDK's core.
 */
const file = process.argv[2] ?? 'reports/sbom.cdx.json';
const npm = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
if (npm.status === 0) {
  mkdirSync(dirname(file), { recursive: true });
  const bom = JSON.parse(npm.stdout) as Bom;
  const components = onceEach(bom.components, isOfDeployment);
  const dependencies = onceEach(bom.dependencies, () => false);
  writeFileSync(file, `${JSON.stringify({ ...bom, components, dependencies }, null, 2)}\n`);
  const deployed = components.filter(isOfDeployment).length;
  console.log(`${file}: ${components.length} packages, ${deployed} of them in a deployment`);
} else {
  console.error(npm.error?.message ?? npm.stderr);
  process.exitCode = 1;
}

interface Component {
  readonly 'bom-ref': string;
  readonly properties: readonly { readonly name: string }[];
}
interface Bom {
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string }[];
}

function isOfDeployment({ properties }: Component): boolean {
  return properties.every(({ name }) => name !== 'cdx:npm:package:development');
}

/** A version that is installed in two places is listed twice by npm, and CycloneDX allows a reference once. */
function onceEach<Part extends { readonly 'bom-ref'?: string; readonly ref?: string }>(
  parts: readonly Part[],
  isPreferred: (part: Part) => boolean,
): Part[] {
  const byReference = Map.groupBy(parts, (part) => part['bom-ref'] ?? part.ref);
  return [...byReference.values()].map((same) => same.find(isPreferred) ?? same[0]!);
}
