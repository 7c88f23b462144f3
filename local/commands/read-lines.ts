import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CommandError } from './run-command.ts';

export interface Line {
  /** `file:line`, lines counted from 1; the standard input is `-`. */
  readonly place: string;
  readonly text: string;
}

function open(file: string): Readable {
  if (file === '-') return process.stdin;
  const source = createReadStream(file);
  if (!file.endsWith('.gz')) return source;
  // The error reaches whoever reads the last stream.
  return pipeline(source, createGunzip(), () => undefined);
}

/**
 * The lines of a file (`.gz` is unpacked) or of the standard input (`-`) that are not blank, without their line ends, one
 * chunk at a time in memory. Only a line feed ends a line: `node:readline` also splits at U+2028, which JSON may hold.
 * Throws a CommandError that names the file.
 */
export async function* readLines(file: string): AsyncGenerator<Line> {
  const decoder = new TextDecoder();
  let number = 0;
  let rest = '';
  try {
    for await (const chunk of open(file)) {
      const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) {
        number++;
        if (text.trim() !== '')
          yield { place: `${file}:${number}`, text: text.endsWith('\r') ? text.slice(0, -1) : text };
      }
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const why = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'is a directory' : `cannot be read (${code})`;
    throw new CommandError(`${file}: ${why}${number > 0 ? ` after line ${number}` : ''}`, { cause });
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield { place: `${file}:${number + 1}`, text: rest };
}
