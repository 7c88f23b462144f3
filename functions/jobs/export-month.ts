import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createGzip } from 'node:zlib';
import type { Sql } from 'postgres';
import { exportLine } from '#core/export-line.ts';
import { countEventBlocks, readEventBlocks } from '#db/retain/read-event-blocks.ts';
import type { RetainedMonth } from '#db/retain/read-retained-month.ts';
import { endExport, recordExportFile } from '#db/retain/record-export-file.ts';
import type { ExportObjects } from '#runtime/export-objects.ts';

/** Under the folder that a query takes as the table, a folder per month as Hive, Athena and DuckDB name partitions. */
export const folderOf = (month: string) => `analytics_events/month=${month}/`;

export interface ExportLimits {
  readonly hasTime: () => boolean;
  /** Blocks of 8 KiB read at a time: 2 MiB hold about 3,000 events. */
  readonly blocksPerRead: number;
  /** A file ends with the read that makes it longer: what one call takes, and little memory. */
  readonly fileBytes: number;
}

/**
 * Writes the month's events from the first block that no file holds, file by file, as far as there is time.
 * @returns whether the end was reached
 */
export async function exportMonth(
  sql: Sql,
  objects: ExportObjects,
  { month, attempt, nextBlock, surrogateKey }: RetainedMonth,
  limits: ExportLimits,
): Promise<boolean> {
  const blocks = await countEventBlocks(sql, month);
  let from = nextBlock;
  while (from < blocks) {
    if (!limits.hasTime()) return false;
    const read = await readFile(sql, { month, from, blocks, surrogateKey: surrogateKey! }, limits);
    const key = `${folderOf(month)}${attempt}-${String(from).padStart(9, '0')}.ndjson.gz`;
    if (read.rows > 0) await objects.put(key, read.body, read.sha256);
    const file = { key, rows: read.rows, bytes: read.body.length, sha256: read.sha256, checksum: read.checksum };
    // Where another run was faster it goes on, and this one is done
    if (!(await recordExportFile(sql, { month, attempt }, { from, to: read.to }, file))) return false;
    from = read.to;
  }
  await endExport(sql, month, attempt);
  return true;
}

async function readFile(
  sql: Sql,
  part: { readonly month: string; readonly from: number; readonly blocks: number; readonly surrogateKey: Uint8Array },
  { blocksPerRead, fileBytes }: ExportLimits,
) {
  const gzip = createGzip();
  const chunks: Buffer[] = [];
  let bytes = 0;
  gzip.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
  });
  let rows = 0;
  let checksum = 0n;
  let to = part.from;
  while (to < part.blocks && bytes < fileBytes) {
    const events = await readEventBlocks(sql, part.month, to, to + blocksPerRead);
    const lines = events.map(({ row }) => exportLine(row, part.surrogateKey)).join('');
    if (!gzip.write(lines)) await once(gzip, 'drain');
    rows += events.length;
    for (const { hash } of events) checksum += hash;
    to += blocksPerRead;
  }
  gzip.end();
  await once(gzip, 'end');
  const body = Buffer.concat(chunks);
  return { rows, checksum, to, body, sha256: createHash('sha256').update(body).digest('base64') };
}
