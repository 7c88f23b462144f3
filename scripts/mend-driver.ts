import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Plugin } from 'esbuild';

interface Change {
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

/** By file of `postgres/src`; why, and what was tried instead, is in docs/decisions/0025. */
const changes: Readonly<Record<string, readonly Change[]>> = {
  'connection.js': [
    // A query on a closed connection is refused like one on an ended one. `true`: the connection is not full of it
    {
      from: `    if (terminated)
      return queryError(q, Errors.connection('CONNECTION_DESTROYED', options))
`,
      to: `    if (terminated)
      return queryError(q, Errors.connection('CONNECTION_DESTROYED', options))

    if (!socket)
      return queryError(q, Errors.connection('CONNECTION_CLOSED', options)), true
`,
    },
    // What was not flushed belongs to the connection that is closed: the next one neither sends it nor waits for it
    {
      from: `    incomings = null
    clearImmediate(nextWriteTimer)
    socket.removeListener('data', data)
`,
      to: `    incomings = null
    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    socket.removeListener('data', data)
`,
    },
  ],
  'index.js': [
    // A transaction ends with its connection: what it still asks must not run on the next one, outside any transaction
    {
      from: `    let savepoints = 0
      , connection
`,
      to: `    let savepoints = 0
      , connection
      , reservation
`,
    },
    {
      from: `        q.catch(e => uncaughtError || (uncaughtError = e))
        c.queue === full
`,
      to: `        q.catch(e => uncaughtError || (uncaughtError = e))
        if (c.reserved !== reservation)
          return q.reject(Errors.connection('CONNECTION_CLOSED', options, options))
        c.queue === full
`,
    },
    {
      from: `      c.reserved = () => queries.length
        ? c.execute(queries.shift())
        : move(c, reserved)
`,
      to: `      reservation = c.reserved = () => queries.length
        ? c.execute(queries.shift())
        : move(c, reserved)
`,
    },
  ],
};

/**
 * Bundles postgres.js with its defects at the end of a connection mended (porsager/postgres#1154): it threw outside any
 * query, which ends the process. Fails the build when a file is not the one that the changes were made for.
 */
export const mendDriver: Plugin = {
  name: 'mend-driver',
  setup: (build) => {
    build.onLoad({ filter: /[\\/]postgres[\\/]src[\\/](?:connection|index)\.js$/ }, async ({ path }) => ({
      contents: applyChanges(await readFile(path, 'utf8'), changes[basename(path)] ?? [], basename(path)),
    }));
  },
};

/** @throws when what a change replaces does not stand in the text exactly once */
export function applyChanges(text: string, replacements: readonly Change[], name: string): string {
  return replacements.reduce((changed, { from, to }, index) => {
    if (changed.split(from).length !== 2)
      throw new Error(`scripts/mend-driver.ts: change ${index + 1} of postgres/src/${name} does not fit this version`);
    return changed.replace(from, () => to);
  }, text);
}
