import { formatTable } from './format-table.ts';
import { readOutputs } from './read-outputs.ts';
import type { Counts, Totals } from './read-totals.ts';
import { CommandError, readArguments, runCommand } from './run-command.ts';
import { waitUntilDrained } from './wait-until-drained.ts';

const USAGE = 'npm run drain -- [--data-dir DIR] [--timeout SECONDS]';

/** A column since the last drain of this start, where there was one, and one since the start. */
function countsTable({ sinceLastDrain, sinceStart }: Totals): string {
  const columns = sinceLastDrain ? [sinceLastDrain, sinceStart] : [sinceStart];
  const headings = ['since the last drain', 'since the start'].slice(-columns.length);
  const ofReason = ({ deadLetters }: Counts, reason: string) =>
    sum(deadLetters.filter((letter) => letter.reason === reason));
  const reasons = new Set(sinceStart.deadLetters.map(({ reason }) => reason));
  return formatTable(
    ['events', ...headings],
    [
      ['received', ...columns.map(({ received }) => received)],
      ['stored', ...columns.map(({ stored }) => stored)],
      ['duplicates', ...columns.map(({ duplicates }) => duplicates)],
      ['dead letters', ...columns.map(({ deadLetters }) => sum(deadLetters))],
      ...[...reasons].sort().map((reason) => [`  ${reason}`, ...columns.map((column) => ofReason(column, reason))]),
    ],
  );
}

const sum = (letters: Counts['deadLetters']) => letters.reduce((total, { count }) => total + count, 0);

await runCommand('drain', async () => {
  const { values, positionals } = readArguments(
    { 'data-dir': { type: 'string', default: '.local' }, timeout: { type: 'string' } },
    USAGE,
  );
  if (positionals.length > 0) throw new CommandError(`takes no argument\nusage: ${USAGE}`);
  const timeoutSeconds = values.timeout === undefined ? undefined : Number(values.timeout);
  if (timeoutSeconds !== undefined && !(timeoutSeconds > 0)) throw new CommandError('--timeout is seconds above 0');

  const seen = await waitUntilDrained(readOutputs(values['data-dir']), { timeoutSeconds });
  process.stdout.write(`drained in ${seen.seconds.toFixed(1)} s: queues empty, no window dirty\n${countsTable(seen)}`);
  return 0;
});
