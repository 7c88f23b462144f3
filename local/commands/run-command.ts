import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Something the user can mend: shown as one line, without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** `parseArgs`, strict, whose complaints name the flag and end with the usage line. Throws a CommandError. */
export function readArguments<const T extends Options>(options: T, usage: string, args = process.argv.slice(2)) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (cause) {
    // Node appends advice on positionals that begin with a dash; the usage line says more.
    const [complaint] = (cause as Error).message.split('. To specify');
    throw new CommandError(`${complaint}\nusage: ${usage}`, { cause });
  }
}

/** Runs a command's body; its number is the exit code. What the user can mend is one line on stderr and exit code 1. */
export async function runCommand(name: string, body: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await body();
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${name}: ${describe(error)}\n`);
  }
}

/** A library's error by name, code and message; its other fields may hold what was sent. */
function describe(error: unknown): string {
  if (error instanceof CommandError) return error.message;
  if (!(error instanceof Error)) return 'failed';
  const { code } = error as NodeJS.ErrnoException;
  return [code ?? error.name, error.message].filter(Boolean).join(': ');
}
