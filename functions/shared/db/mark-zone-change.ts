import type { Sql, TransactionSql } from 'postgres';

/** Each with the zone first in an index. */
const rollups = [
  ...['daily_metrics', 'product_performance', 'product_months', 'dirty_months', 'category_performance', 'catalogue'],
  ...['dashboard_overview', 'customer_days', 'customer_recency'],
  'daily_reports', // should the old zone come back, its days are rolled up from nothing: no restatement
];

/**
 * After the business zone changed, no day of the new one was ever rolled up and the hours still have the rate days of
 * the old one: makes all hours dirty and forgets the old zone's days. Nothing otherwise. @returns how many hours
 */
export async function markZoneChange(sql: Sql, zone: string): Promise<number> {
  return await sql.begin(async (tx) => {
    const isChanged = await hasFormerZone(tx, zone);
    // Days hold customers and sessions too, in whose hours nothing may have been sold; where a day began amid an hour of UTC,
    // customers are in no rollup of theirs. A day has at most 25 hours.
    const { count } = await tx`
      insert into dirty_windows (hour)
      select bucket from hourly_metrics where not exists (select from daily_metrics where time_zone = ${zone})
      union
      -- a few thousand hours of millions of rows: without "distinct" they are read in order, 1.0 s and not 0.2
      select distinct hour from active_users where ${isChanged}
      union
      select hour_of(bucket + interval '1 hour' * n)
      from (select distinct bucket from product_performance where ${isChanged} and time_zone <> ${zone}) as former,
        generate_series(0, 25) as n`;
    if (!isChanged) return count;
    for (const table of rollups) await tx`delete from ${tx(table)} where time_zone <> ${zone}`;
    return count;
  });
}

/** By the ends of each index: every run asks, whatever the history. */
async function hasFormerZone(tx: TransactionSql, zone: string): Promise<boolean> {
  const ends = rollups.map(
    (table) => tx`select min(time_zone) as zone from ${tx(table)} union all select max(time_zone) from ${tx(table)}`,
  );
  const [{ isChanged }] = await tx<[{ isChanged: boolean }]>`
    select exists (
      select from (${ends.reduce((union, part) => tx`${union} union all ${part}`)}) as rolled_up where zone <> ${zone}
    ) as "isChanged"`;
  return isChanged;
}
