import type { Sql } from 'postgres';

/**
 * After the business zone changed, no day of the new one was ever rolled up and the hours still have the rate days of
 * the old one: makes all hours dirty and forgets the old zone's days. Nothing otherwise. @returns how many hours
 */
export async function markZoneChange(sql: Sql, zone: string): Promise<number> {
  return await sql.begin(async (tx) => {
    const { count } = await tx`
      insert into dirty_windows (hour)
      select distinct bucket from hourly_metrics
      where not exists (select from daily_metrics where time_zone = ${zone})`;
    await tx`delete from daily_metrics where time_zone <> ${zone}`;
    // should the old zone come back, its days are rolled up from nothing: no restatement
    await tx`delete from daily_reports where time_zone <> ${zone}`;
    return count;
  });
}
