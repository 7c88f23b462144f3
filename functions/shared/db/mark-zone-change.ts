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
    // Days of products hold sessions too, in whose hours nothing may have been sold; a day has at most 25 hours.
    const { count: ofProducts } = await tx`
      insert into dirty_windows (hour)
      select distinct hour_of(bucket + interval '1 hour' * n)
      from (select distinct bucket from product_performance where time_zone <> ${zone}) as former, generate_series(0, 25) as n`;
    for (const table of ['product_performance', 'category_performance', 'catalogue']) {
      await tx`delete from ${tx(table)} where time_zone <> ${zone}`;
    }
    return count + ofProducts;
  });
}
