import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { RunAs } from './find-binaries.ts';
import { untilAccepting } from './until-accepting.ts';

export interface RunningServer {
  readonly port: number;
  /** Fast shutdown: sessions are ended, everything committed is kept. Resolves when the process is gone. */
  stop(): Promise<void>;
}

/**
 * The server ends with its runner, however that ends: the shell's standard input is a pipe that closes even on SIGKILL.
 * A group of its own keeps the terminal's Ctrl-C from it, because the runner drains the queues first.
 */
const SUPERVISE = `exec 3<&0
"$@" </dev/null 3<&- & server=$!
(read -r _ <&3; kill -INT $server) & watcher=$!
exec 3<&-
wait $server; status=$?
kill $watcher 2>/dev/null
exit $status`;

/** Starts `postgres` on a free port of 127.0.0.1 and waits until it has answered a query. Its log is `logFile`. */
export async function runServer(options: {
  readonly binaries: string;
  readonly dataDirectory: string;
  readonly logFile: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly user: RunAs | undefined;
  /** Default: any free one. */
  readonly port?: number;
}): Promise<RunningServer> {
  const { binaries, dataDirectory, logFile, user } = options;
  stopLeftover(binaries, dataDirectory, user);
  const port = options.port ?? (await freePort());
  const settings = Object.entries({ ...options.settings, port: String(port) });
  const log = openSync(logFile, 'a');
  const child = spawn(
    '/bin/sh',
    [
      ...['-c', SUPERVISE, 'sh', join(binaries, 'bin/postgres'), '-D', dataDirectory],
      ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    {
      ...user,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      detached: true,
      stdio: ['pipe', log, log],
    },
  );
  closeSync(log);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.stdin?.on('error', () => {});
  try {
    const started = await untilAccepting(port, () => child.exitCode !== null);
    if (!started) throw new Error(`PostgreSQL did not start; its log ${logFile} says why`);
  } catch (error) {
    child.stdin?.end();
    throw error;
  }
  return {
    port,
    stop: () => {
      child.stdin?.end();
      return exited;
    },
  };
}

/** A server whose runner was killed, or the pid file of one that was: ends the one, removes the other. */
function stopLeftover(binaries: string, dataDirectory: string, user: RunAs | undefined): void {
  const pidFile = join(dataDirectory, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = readFileSync(pidFile, 'utf8').split('\n')[0] ?? '';
  // The number may be another process's by now; only the data directory in its command line makes it ours.
  if (commandLine(pid).includes(dataDirectory)) {
    spawnSync(join(binaries, 'bin/pg_ctl'), ['stop', '-D', dataDirectory, '-m', 'fast', '-t', '30'], {
      ...user,
      cwd: '/',
    });
  }
  rmSync(pidFile, { force: true });
}

function commandLine(pid: string): string {
  if (!/^\d+$/.test(pid)) return '';
  if (process.platform === 'linux') {
    return existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
  }
  return spawnSync('ps', ['-o', 'command=', '-p', pid], { encoding: 'utf8' }).stdout ?? '';
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
