import type { Sql } from 'postgres';
import type { Month } from '#core/retention.ts';

/**
 * Begins an attempt to export the month. Files of an attempt that came to nothing are forgotten, so that the next
 * verification removes their objects; those of a month that was dropped, and came again, stay.
 * @param attempt that is given up or was dropped; null where there was none. Nothing happens where it is not the last.
 */
export async function beginExport(
  sql: Sql,
  { month, attempt, surrogateKey }: { month: Month; attempt: number | null; surrogateKey: Uint8Array },
): Promise<void> {
  const first = `${month}-01`;
  await sql.begin(async (tx) => {
    if (attempt === null) {
      await tx`
        insert into retained_months (month, state, surrogate_key) values (${first}::text::date, 'exporting', ${surrogateKey})
        on conflict (month) do nothing`;
      return;
    }
    const [last] = await tx<{ state: string }[]>`
      select state from retained_months where month = ${first}::text::date and attempt = ${attempt} for update`;
    if (!last) return;
    if (last.state !== 'dropped') {
      await tx`delete from retained_files where month = ${first}::text::date and attempt = ${attempt}`;
    }
    await tx`
      update retained_months set
        state = 'exporting', attempt = attempt + 1, next_block = 0, surrogate_key = ${surrogateKey}, rows = 0, checksum = '0',
        started_at = now(), exported_at = null, verified_at = null, detached_at = null, dropped_at = null
      where month = ${first}::text::date`;
  });
}
