import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outputs } from '../describe-outputs.ts';
import { CommandError } from './run-command.ts';

/** SDK settings for the local endpoints, which take any credentials. */
export const localClient = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
} as const;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The system that runs on this data directory. Throws a CommandError that says what to do when there is none. */
export function readOutputs(dataDir: string): Outputs {
  const file = join(dataDir, 'outputs.json');
  const start = `start it with: npm start -- --data-dir ${dataDir}`;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CommandError(`no system runs on ${dataDir} (${file} is not there): ${start}`, { cause });
  }
  let outputs: Outputs;
  try {
    outputs = JSON.parse(text);
  } catch (cause) {
    throw new CommandError(`${file} is not JSON: stop the system, if one runs there, and ${start}`, { cause });
  }
  if (!isAlive(outputs.pid)) {
    throw new CommandError(`the system on ${dataDir} (process ${outputs.pid}) is gone: ${start}`);
  }
  return outputs;
}
