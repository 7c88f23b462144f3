import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSample } from './sample.ts';
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
    const system = await startAll(options);
    const stopped = stopOnSignal(system);
    writeOutputs(options.dataDir, system);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    log(
      `Ready in ${seconds} s: ${system.outputs.apiUrl} (how to reach the rest: ${join(options.dataDir, 'outputs.json')})`,
    );
    log(`  ${system.outputs.apiUrl}/health`);
    log(`  ${system.outputs.apiUrl}/api/v1/analytics/dashboard/overview`);
    // A failed sample leaves a running system: whoever started it decides.
    if (options.sample)
      await runSample(system, log).catch((error: Error) => log(`The sample failed: ${error.message}`));
    await stopped;
  } finally {
    unlock();
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

/** The first signal drains the queues and stops; the second stops at once. */
function stopOnSignal(system: LocalSystem): Promise<void> {
  return new Promise((resolve, reject) => {
    let signals = 0;
    const stop = () => {
      signals += 1;
      if (signals === 1) log('Stopping: draining the queues first (Ctrl-C again stops at once)');
      system.stop({ drain: signals === 1 }).then(resolve, reject);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
