import type { Sql } from 'postgres';

const rollups = [
  ...['product_performance', 'product_months', 'dirty_months', 'category_performance', 'catalogue'],
  ...['dashboard_overview', 'customer_days', 'customer_recency'],
];

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
    // Other days hold sessions and customers too, in whose hours nothing may have been sold; a day has at most 25 hours.
    const { count: ofDays } = await tx`
      insert into dirty_windows (hour)
      select distinct hour_of(bucket + interval '1 hour' * n)
      from (
        select bucket from product_performance where time_zone <> ${zone}
        union select bucket from dashboard_overview where time_zone <> ${zone}
        union select bucket from customer_recency where time_zone <> ${zone}
      ) as former, generate_series(0, 25) as n`;
    for (const table of rollups) await tx`delete from ${tx(table)} where time_zone <> ${zone}`;
    return count + ofDays;
  });
}
