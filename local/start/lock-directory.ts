import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { removePostgres } from '../postgres.ts';

const LOCK = 'lock';
/** What a data directory may hold; anything else is somebody's own, and `--reset` does not touch it. */
const OURS = ['postgres', 'logs', 'cdk.out', 'functions', 'secrets.json', 'outputs.json'];

/** Takes a data directory for this process. Throws when a running process has it. Answers how to give it back. */
export function lockDirectory(dataDir: string): () => void {
  makeDirectory(dataDir);
  const file = join(dataDir, LOCK);
  for (;;) {
    try {
      const lock = openSync(file, 'wx');
      writeSync(lock, String(process.pid));
      closeSync(lock);
      return () => {
        rmSync(join(dataDir, 'outputs.json'), { force: true });
        rmSync(file, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const pid = Number(readFileSync(file, 'utf8'));
      if (isStarter(pid)) {
        throw new Error(
          `${dataDir} is in use by process ${pid}: stop that one (Ctrl-C), or choose another directory with --data-dir DIR`,
        );
      }
      // Its process is gone, or the number is another program's by now.
      rmSync(file, { force: true });
    }
  }
}

/** Forgets everything that earlier starts left in a data directory. */
export function resetDirectory(dataDir: string): void {
  removePostgres(join(dataDir, 'postgres'));
  for (const name of OURS) rmSync(join(dataDir, name), { recursive: true, force: true });
}

function makeDirectory(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (cause) {
    throw new Error(`${dataDir} cannot be made (${(cause as Error).message}): choose another with --data-dir DIR`, {
      cause,
    });
  }
  const strange = readdirSync(dataDir).filter(
    (name) => ![...OURS, LOCK].includes(name) && !name.startsWith('secrets.json'),
  );
  if (strange.length > 0 && !existsSync(join(dataDir, 'postgres'))) {
    throw new Error(`${dataDir} holds other files (${strange[0]}, …): choose an empty directory with --data-dir DIR`);
  }
}

function isStarter(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const commandLine = `/proc/${pid}/cmdline`;
  return !existsSync(commandLine) || readFileSync(commandLine, 'utf8').includes('local/start.ts');
}
