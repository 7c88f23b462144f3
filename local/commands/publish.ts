import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Line, readLines } from './read-lines.ts';
import { localClient, readOutputs } from './read-outputs.ts';
import { CommandError, readArguments, runCommand } from './run-command.ts';
import { type Outgoing, type SendBatch, sendBatches } from './send-batches.ts';
import { makeEntry, sendToBus } from './send-to-bus.ts';
import { makeMessage, sendToQueues } from './send-to-queues.ts';
import { showProgress } from './show-progress.ts';

const USAGE =
  'npm run publish -- FILE… [--data-dir DIR] [--to bus|sqs] [--bus NAME] [--skip-invalid]   (FILE: NDJSON, .gz, or - for stdin)';

const count = (value: number, what: string) => `${value.toLocaleString('en')} ${what}${value === 1 ? '' : 's'}`;
const say = (line: string) => process.stderr.write(`${line}\n`);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Reads the files through before anything is sent; answers their lines, or names those that are not JSON. */
async function checkFiles(files: readonly string[], mustBeJson: boolean) {
  let lines = 0;
  let invalid = 0;
  for (const file of files.filter((name) => name !== '-')) {
    for await (const { place, text } of readLines(file)) {
      if (!mustBeJson || isJson(text)) lines++;
      else if (++invalid > 0) say(`${place}: not JSON`);
    }
  }
  return { lines, invalid };
}

type Make<Message> = (line: Line) => Outgoing<Message> | { readonly code: string };

/** Sends the files' lines; answers how many were accepted and how many were not. */
async function publish<Message>(
  files: readonly string[],
  total: number | undefined,
  make: Make<Message>,
  send: SendBatch<Message>,
  skipInvalid: boolean,
) {
  let accepted = 0;
  let refused = 0;
  let skipped = 0;
  let last = 'the beginning';
  let unreachable = false;
  const progress = showProgress('publishing', total);
  const refuse = (place: string, code: string) => {
    refused++;
    say(`${place}: not accepted: ${code}`);
  };

  async function* outgoing() {
    for (const file of files) {
      for await (const line of readLines(file)) {
        let made: ReturnType<Make<Message>>;
        try {
          made = make(line);
        } catch (cause) {
          if (!(cause instanceof SyntaxError)) throw cause;
          if (!skipInvalid)
            throw new CommandError(`${line.place}: not JSON: stopped there (--skip-invalid goes on)`, { cause });
          // Files were named when they were checked; the standard input can be read only once.
          if (file === '-') say(`${line.place}: not JSON`);
          skipped++;
          continue;
        }
        last = line.place;
        if ('code' in made) refuse(line.place, made.code);
        else yield made;
      }
    }
  }

  let failure: unknown;
  try {
    await sendBatches(outgoing(), send, (sent) => {
      accepted += sent.accepted;
      for (const { place, code } of sent.refused) refuse(place, code);
      unreachable ||= sent.unreachable;
      progress.advance(sent.accepted);
    });
  } catch (error) {
    failure = error;
  } finally {
    progress.stop();
  }
  if (unreachable) say(`stopped after ${last}: the receiver does not answer`);
  process.stdout.write(
    `${count(accepted, 'event')} accepted${refused ? `, ${refused.toLocaleString('en')} not accepted` : ''}${skipped ? `, ${count(skipped, 'line')} skipped` : ''}\n`,
  );
  if (failure) throw failure;
  return { accepted, refused, skipped };
}

await runCommand('publish', async () => {
  const { values, positionals: files } = readArguments(
    {
      'data-dir': { type: 'string', default: '.local' },
      to: { type: 'string', default: 'bus' },
      bus: { type: 'string' },
      'skip-invalid': { type: 'boolean', default: false },
    },
    USAGE,
  );
  if (files.length === 0) throw new CommandError(`which FILE?\nusage: ${USAGE}`);
  if (files.filter((name) => name === '-').length > 1)
    throw new CommandError('the standard input (-) can be read once');
  if (values.to !== 'bus' && values.to !== 'sqs') throw new CommandError(`--to is bus or sqs\nusage: ${USAGE}`);
  const toQueues = values.to === 'sqs';
  if (toQueues && values.bus !== undefined) throw new CommandError('--bus and --to sqs exclude each other');
  const skipInvalid = values['skip-invalid'];

  const outputs = values.bus === undefined ? readOutputs(values['data-dir']) : undefined;
  const checked = await checkFiles(files, !toQueues);
  if (checked.invalid > 0 && !skipInvalid) {
    throw new CommandError(
      `${count(checked.invalid, 'line')} not JSON: nothing was sent (--skip-invalid sends the other ${checked.lines.toLocaleString('en')})`,
    );
  }
  const total = files.includes('-') ? undefined : checked.lines;

  if (outputs && toQueues) {
    const client = new SQSClient({ ...localClient, endpoint: outputs.endpoints.sqs, useQueueUrlAsEndpoint: false });
    const make: Make<string> = ({ text, place }) => makeMessage(text, outputs.queues, place);
    const { refused } = await publish(files, total, make, sendToQueues(client), skipInvalid);
    return refused > 0 ? 1 : 0;
  }
  const client = new EventBridgeClient(outputs ? { ...localClient, endpoint: outputs.endpoints.events } : {});
  const bus = outputs?.eventBusName ?? values.bus!;
  const make: Make<Parameters<ReturnType<typeof sendToBus>>[1][number]> = ({ text, place }) =>
    makeEntry(text, bus, place);
  const { refused, skipped } = await publish(files, total, make, sendToBus(client), skipInvalid);
  return refused + skipped > 0 ? 1 : 0;
});
