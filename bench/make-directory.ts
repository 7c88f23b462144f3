import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary directory that the database lives in too: as root we run it as another user, which would else leave it under /var/tmp. */
export function makeDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `analytics-${name}-`));
  chmodSync(directory, 0o755);
  return directory;
}
