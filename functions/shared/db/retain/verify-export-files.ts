import type { Sql } from 'postgres';
import type { Month } from '#core/retention.ts';
import type { ExportFile } from './record-export-file.ts';

export interface StoredFile extends ExportFile {
  readonly attempt: number;
  readonly isVerified: boolean;
}

/** Of every attempt that counts: of the one under way, and of those whose rows were dropped. */
export async function listExportFiles(sql: Sql, month: Month): Promise<StoredFile[]> {
  return await sql<StoredFile[]>`
    select key, attempt, rows::float8 as rows, bytes::float8 as bytes, sha256, verified_at is not null as "isVerified"
    from retained_files where month = ${`${month}-01`}::text::date order by key`;
}

export async function markFileVerified(sql: Sql, key: string): Promise<void> {
  await sql`update retained_files set verified_at = now() where key = ${key}`;
}

/** Where every file of the attempt was read back. */
export async function markMonthVerified(sql: Sql, month: Month, attempt: number): Promise<void> {
  const first = `${month}-01`;
  await sql`
    update retained_months set state = 'verified', verified_at = now()
    where month = ${first}::text::date and attempt = ${attempt} and state = 'exported' and not exists (
      select from retained_files f where f.month = ${first}::text::date and f.attempt = ${attempt} and verified_at is null
    )`;
}
