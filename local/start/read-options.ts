import { parseArgs } from 'node:util';

export interface StartOptions {
  readonly port: number;
  readonly dataDir: string;
  readonly sample: boolean;
  readonly reset: boolean;
}

const USAGE = 'npm start -- [--no-sample] [--port N] [--data-dir DIR] [--reset]';

/** Options of `npm start`. Throws with what is wrong and what there is. */
export function readOptions(args: readonly string[]): StartOptions {
  const { values } = parse(args);
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new Error(`--port takes a number from 0 (any free one) to 65535, not ${JSON.stringify(values.port)}`);
  }
  if (values['data-dir'] === '') throw new Error('--data-dir takes a directory');
  return { port, dataDir: values['data-dir'], sample: !values['no-sample'], reset: values.reset };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'no-sample': { type: 'boolean', default: false },
        port: { type: 'string', default: '8019' },
        'data-dir': { type: 'string', default: '.local' },
        reset: { type: 'boolean', default: false },
      },
    });
  } catch (cause) {
    const reason = (cause as Error).message.split('. ')[0];
    throw new Error(`${reason}. Usage: ${USAGE}`, { cause });
  }
}
