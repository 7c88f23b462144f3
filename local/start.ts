import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Period, runSample } from './sample.ts';
import { describeUrls } from './start/describe-urls.ts';
import { lockDirectory, resetDirectory } from './start/lock-directory.ts';
import { readOptions, type StartOptions } from './start/read-options.ts';
import { synthesizeLocal } from './start/synthesize-local.ts';
import { type LocalSystem, startSystem } from './start-system.ts';

const log = (line: string) => console.log(line);

/** `npm start`: synthesize, run, send the sample, stay up until Ctrl-C. */
async function main(): Promise<void> {
  // Lambda's clock is UTC: what depends on the machine's zone shall fail here, not there.
  process.env.TZ = 'UTC';
  const started = performance.now();
  const options = readOptions(process.argv.slice(2));
  const unlock = lockDirectory(options.dataDir);
  try {
    log(`Starting in ${options.dataDir}: the stacks of stage local, synthesized and run on this machine`);
    const system = await startAll(options);
    const { signal, stopped } = stopOnSignal(system);
    writeOutputs(options.dataDir, system);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    log(`Ready in ${seconds} s: ${system.outputs.apiUrl}`);
    await Promise.race([present(system, options, signal), stopped]);
    await stopped;
  } finally {
    unlock();
    // A progress bar that was cut short leaves the cursor hidden.
    if (process.stdout.isTTY) process.stdout.write('\x1b[?25h');
  }
}

/** Sends the sample, if it is wanted, and says how to reach the system; nothing once it is being stopped. */
async function present(system: LocalSystem, options: StartOptions, signal: AbortSignal): Promise<void> {
  const period = options.sample ? await sendSample(system, signal) : undefined;
  if (signal.aborted) return;
  log(describeUrls(system.outputs, options.dataDir, period));
  log('Ctrl-C stops, after the queues are empty');
}

/** A failed sample leaves a running system: whoever started it decides. */
async function sendSample(system: LocalSystem, signal: AbortSignal): Promise<Period | undefined> {
  try {
    return await runSample(system, log);
  } catch (error) {
    if (!signal.aborted) log(`The sample failed: ${error instanceof Error ? error.message : 'for no reason given'}`);
    return undefined;
  }
}

async function startAll({ dataDir, port, reset }: StartOptions): Promise<LocalSystem> {
  if (reset) resetDirectory(dataDir);
  const cdkOut = await synthesizeLocal(dataDir);
  return startSystem({ cdkOut, dataDir, port, log });
}

/** Clients look for this file: it appears whole. */
function writeOutputs(dataDir: string, { outputs }: LocalSystem): void {
  const file = join(dataDir, 'outputs.json');
  // It holds tokens.
  writeFileSync(`${file}.new`, `${JSON.stringify(outputs, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** One Ctrl-C arrives twice under npm: from the terminal, and passed on by npm. */
const SAME_SIGNAL_MS = 500;

/** The first signal drains the queues and stops; the second stops at once. */
function stopOnSignal(system: LocalSystem): { readonly signal: AbortSignal; readonly stopped: Promise<void> } {
  const first = new AbortController();
  const stopped = new Promise<void>((resolve, reject) => {
    let firstAt: number | undefined;
    const stop = () => {
      const now = performance.now();
      if (firstAt !== undefined && now - firstAt < SAME_SIGNAL_MS) return;
      if (firstAt === undefined) log('\nStopping: draining the queues first (Ctrl-C again stops at once)');
      system.stop({ drain: firstAt === undefined }).then(resolve, reject);
      firstAt ??= now;
      first.abort();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
  return { signal: first.signal, stopped };
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
