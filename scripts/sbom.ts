import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

interface Component {
  readonly name: string;
  readonly version: string;
  readonly properties: readonly { readonly name: string }[];
}
interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version: string; readonly dev?: boolean; readonly integrity?: string }>
  >;
}

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
  const bom = JSON.parse(npm.stdout);
  const deployed = readDeployed();
  const components = bom.components.map((component: Component) => asDeployed(component, deployed));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...bom, components }, null, 2)}\n`);
  console.log(`${file}: ${components.length} packages, ${deployed.size} of them in a deployment`);
} else {
  console.error(npm.error?.message ?? npm.stderr);
  process.exitCode = 1;
}

/** Digest in hex by `name@version`, of what is installed without the development's packages. */
function readDeployed(): ReadonlyMap<string, string> {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
  const deployed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
  return new Map(
    deployed.map(([path, { version, integrity = '' }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const digest = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
      return [`${name}@${version}`, digest];
    }),
  );
}

/** Of a version that is deployed and also comes bundled in a development's package, npm shows the latter alone. */
function asDeployed(component: Component, deployed: ReadonlyMap<string, string>): Component {
  const digest = deployed.get(`${component.name}@${component.version}`);
  if (digest === undefined) return component;
  const properties = component.properties.filter(({ name }) => !/:(development|bundled)$/.test(name));
  return { ...component, properties, ...{ hashes: [{ alg: 'SHA-512', content: digest }] } };
}
