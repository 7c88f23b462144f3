import type { Outputs } from '../describe-outputs.ts';
import { showAggregation, startAggregation } from './admin/aggregations.ts';
import { showCosts } from './admin/costs.ts';
import {
  discardLetter,
  type LetterOptions,
  listLetters,
  replayLetter,
  replayLetters,
  showLetter,
} from './admin/dead-letters.ts';
import { listRuns } from './admin/job-runs.ts';
import { acknowledgeReconciliation, listReconciliations } from './admin/reconciliations.ts';
import { cancelReplay, listReplays, showReplay, startReplay } from './admin/replays.ts';
import { readOutputs } from './read-outputs.ts';
import { CommandError, readArguments, runCommand } from './run-command.ts';

const USAGE = [
  'npm run admin -- dead-letters list [FILTER] [--limit N] [--cursor C]',
  'npm run admin -- dead-letters show ID',
  'npm run admin -- dead-letters replay ID [--dry-run]',
  'npm run admin -- dead-letters replay FILTER [--limit N] [--dry-run]',
  'npm run admin -- dead-letters discard ID [--dry-run]',
  'npm run admin -- aggregations start --from TIME --to TIME [--dry-run]',
  'npm run admin -- aggregations show ID',
  'npm run admin -- replays start --from TIME --to TIME [--type T,T] [--dry-run]',
  'npm run admin -- replays list [--status S] [--limit N] [--cursor C]',
  'npm run admin -- replays show ID',
  'npm run admin -- replays cancel ID [--dry-run]',
  'npm run admin -- costs',
  'npm run admin -- jobs [--limit N] [--cursor C]',
  'npm run admin -- reconciliations [--kind K] [--status S] [--limit N] [--cursor C]',
  'npm run admin -- reconciliations acknowledge ID [--dry-run]',
  'FILTER: --type T --reason R --status S --from TIME --to TIME   everywhere: [--data-dir DIR]',
].join('\n       ');

const flags = {
  'data-dir': { type: 'string', default: '.local' },
  'dry-run': { type: 'boolean', default: false },
  type: { type: 'string' },
  reason: { type: 'string' },
  status: { type: 'string' },
  kind: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  limit: { type: 'string' },
  cursor: { type: 'string' },
} as const;

/** The command that the words name, still to be given a system. Throws a CommandError when they name none. */
function choose(words: readonly string[], options: LetterOptions): (outputs: Outputs) => Promise<string> {
  const [subject, verb, id, ...more] = words;
  if (subject === 'jobs' && verb === undefined) return (outputs) => listRuns(outputs, options.page);
  if (subject === 'costs' && verb === undefined) return showCosts;
  if (subject === 'replays' && more.length === 0) {
    if (verb === 'start' && id === undefined) return (outputs) => startReplay(outputs, options);
    if (verb === 'list' && id === undefined) return (outputs) => listReplays(outputs, options);
    if (verb === 'show' && id !== undefined) return (outputs) => showReplay(outputs, id);
    if (verb === 'cancel' && id !== undefined) return (outputs) => cancelReplay(outputs, id, options);
  }
  if (subject === 'aggregations' && more.length === 0) {
    if (verb === 'start' && id === undefined) {
      return (outputs) => startAggregation(outputs, options.filter, options.dryRun);
    }
    if (verb === 'show' && id !== undefined) return (outputs) => showAggregation(outputs, id);
  }
  if (subject === 'reconciliations' && more.length === 0) {
    if (verb === undefined) return (outputs) => listReconciliations(outputs, { ...options.filter, ...options.page });
    if (verb === 'acknowledge' && id !== undefined) {
      return (outputs) => acknowledgeReconciliation(outputs, id, options.dryRun);
    }
  }
  if (subject === 'dead-letters' && more.length === 0) {
    if (verb === 'list' && id === undefined) return (outputs) => listLetters(outputs, options);
    if (verb === 'show' && id !== undefined) return (outputs) => showLetter(outputs, id);
    if (verb === 'discard' && id !== undefined) return (outputs) => discardLetter(outputs, id, options);
    if (verb === 'replay' && id !== undefined) return (outputs) => replayLetter(outputs, id, options);
    if (verb === 'replay') return (outputs) => replayLetters(outputs, options);
  }
  throw new CommandError(`no such command\nusage: ${USAGE}`);
}

await runCommand('admin', async () => {
  const { values, positionals } = readArguments(flags, USAGE);
  const given = (names: readonly (keyof typeof values)[]) =>
    Object.fromEntries(names.flatMap((name) => (typeof values[name] === 'string' ? [[name, values[name]]] : [])));
  const filter = given(['type', 'reason', 'status', 'kind', 'from', 'to']);
  const options = { filter, page: given(['limit', 'cursor']), dryRun: values['dry-run'] };
  const command = choose(positionals, options);
  process.stdout.write(await command(readOutputs(values['data-dir'])));
  return 0;
});
