import type { Sql } from 'postgres';
import type { Month } from '#core/retention.ts';

export interface ExportFile {
  /** Of the object. */
  readonly key: string;
  readonly rows: number;
  readonly bytes: number;
  /** Base64, of the compressed file. */
  readonly sha256: string;
}

/**
 * Notes a file that holds the blocks from `from` to before `to`.
 * @returns false where another run was faster, or the attempt is not under way any more
 */
export async function recordExportFile(
  sql: Sql,
  { month, attempt }: { readonly month: Month; readonly attempt: number },
  { from, to }: { readonly from: number; readonly to: number },
  file: ExportFile & { readonly checksum: bigint },
): Promise<boolean> {
  return await sql.begin(async (tx) => {
    const { count } = await tx`
      update retained_months set
        next_block = ${to}, rows = rows + ${file.rows}, checksum = (checksum::numeric + ${String(file.checksum)}::text::numeric)::text
      where month = ${`${month}-01`}::text::date and attempt = ${attempt} and state = 'exporting' and next_block = ${from}`;
    if (count === 0) return false;
    if (file.rows > 0) {
      await tx`
        insert into retained_files (key, month, attempt, rows, bytes, sha256)
        values (${file.key}, ${`${month}-01`}::text::date, ${attempt}, ${file.rows}, ${file.bytes}, ${file.sha256})`;
    }
    return true;
  });
}

/** The end of the partition is reached: nobody can say any more whom a surrogate stands for. */
export async function endExport(sql: Sql, month: Month, attempt: number): Promise<void> {
  await sql`
    update retained_months set state = 'exported', surrogate_key = null, exported_at = now()
    where month = ${`${month}-01`}::text::date and attempt = ${attempt} and state = 'exporting'`;
}
