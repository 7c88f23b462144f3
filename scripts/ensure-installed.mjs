// Before each npm command: installs what the lock file names, if that is not what is installed. Plain JavaScript for
// Node 20, because a fresh clone has neither our Node nor any package yet.
import { execSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const stamp = new URL('node_modules/.installed', root);
const wanted = createHash('sha256')
  .update(readFileSync(new URL('package-lock.json', root)))
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.log('Installing the packages of package-lock.json …');
  execSync('npm ci --no-audit --no-fund', { cwd: root, stdio: 'inherit' });
  writeFileSync(stamp, wanted);
}

// Linux gets Node 24 from the lock file; elsewhere it has to be there.
const own = new URL('node_modules/.bin/node', root);
const { stdout = '' } = spawnSync(existsSync(own) ? own.pathname : 'node', ['--version'], { encoding: 'utf8' });
if (Number(stdout.slice(1).split('.')[0]) < 24) {
  console.error(
    `Node 24 is needed, found ${stdout.trim()}: no npm package brings it for this platform, please install it.`,
  );
  process.exit(1);
}
