import { readFileSync } from 'node:fs';
import { jobs } from '#contract/jobs.ts';
import { invokeJob } from './invoke-job.ts';
import { readOutputs } from './read-outputs.ts';
import { CommandError, readArguments, runCommand } from './run-command.ts';

const USAGE = `npm run job -- NAME [JSON | @FILE] [--data-dir DIR]   (NAME: ${jobs.map(({ name }) => name).join(', ')})`;

function readPayload(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CommandError(`the file ${file} cannot be read`, { cause });
  }
}

await runCommand('job', async () => {
  const { values, positionals } = readArguments({ 'data-dir': { type: 'string', default: '.local' } }, USAGE);
  const [name, json = '{}', ...more] = positionals;
  if (name === undefined || more.length > 0) throw new CommandError(`one NAME, and one JSON at most\nusage: ${USAGE}`);
  let payload: unknown;
  try {
    payload = JSON.parse(json.startsWith('@') ? readPayload(json.slice(1)) : json);
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    throw new CommandError('the payload is not JSON', { cause });
  }
  const outputs = readOutputs(values['data-dir']);
  process.stdout.write(`${JSON.stringify(await invokeJob(outputs, name, payload), null, 2)}\n`);
  return 0;
});
