// Before each npm command: installs what the lock file names, if that is not what is installed. Plain JavaScript for
// Node 20, because a fresh clone has neither our Node nor any package yet.
import { execSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const root = new URL('../', import.meta.url);
const stamp = new URL('node_modules/.installed', root);
const wanted = createHash('sha256')
  .update(readFileSync(new URL('package-lock.json', root)))
  .digest('hex');

const isInstalled = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;

/** Two commands may start at once on a fresh clone; `npm ci` begins by deleting what the other has installed. */
const lock = new URL('.installing/', root);
const STALE_MS = 600_000;
function takeLock() {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs > STALE_MS) rmSync(lock, { recursive: true });
    return false; // the other is at work, or has just ended
  }
}

while (!isInstalled()) {
  if (!takeLock()) {
    await setTimeout(500);
    continue;
  }
  try {
    console.log('Installing the packages of package-lock.json …');
    execSync('npm ci --no-audit --no-fund', { cwd: root, stdio: 'inherit' });
    writeFileSync(stamp, wanted);
  } catch {
    console.error('npm ci failed, see above');
    process.exitCode = 1;
  }
  rmSync(lock, { recursive: true });
  if (process.exitCode) process.exit();
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
