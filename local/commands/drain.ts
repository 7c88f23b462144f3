import { readOutputs } from './read-outputs.ts';
import { formatReasons } from './read-totals.ts';
import { CommandError, readArguments, runCommand } from './run-command.ts';
import { waitUntilDrained } from './wait-until-drained.ts';

const USAGE = 'npm run drain -- [--data-dir DIR] [--timeout SECONDS]';

await runCommand('drain', async () => {
  const { values, positionals } = readArguments(
    { 'data-dir': { type: 'string', default: '.local' }, timeout: { type: 'string' } },
    USAGE,
  );
  if (positionals.length > 0) throw new CommandError(`takes no argument\nusage: ${USAGE}`);
  const timeoutSeconds = values.timeout === undefined ? undefined : Number(values.timeout);
  if (timeoutSeconds !== undefined && !(timeoutSeconds > 0)) throw new CommandError('--timeout is seconds above 0');

  const seen = await waitUntilDrained(readOutputs(values['data-dir']), { timeoutSeconds });
  const reasons = formatReasons(seen.deadLetters);
  const deadLetters = seen.deadLetters.reduce((sum, { count }) => sum + count, 0);
  process.stdout.write(
    [
      `drained in ${seen.seconds.toFixed(1)} s: queues empty, no window dirty`,
      `received      ${seen.received.toLocaleString('en')}`,
      `stored        ${seen.stored.toLocaleString('en')}`,
      `duplicates    ${seen.duplicates.toLocaleString('en')}`,
      `dead letters  ${deadLetters.toLocaleString('en')}${reasons ? ` (${reasons})` : ''}`,
      '',
    ].join('\n'),
  );
  return 0;
});
