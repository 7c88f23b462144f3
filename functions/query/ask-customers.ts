import type { TransactionSql } from 'postgres';
import { areDaysOfHours, isStartOfDay, type Range } from '#core/time-windows.ts';
import { countActiveCustomers } from '#db/query/count-active-customers.ts';
import { countActiveCustomersOfChannel } from '#db/query/count-active-customers-of-channel.ts';
import { countBuyers } from '#db/query/count-buyers.ts';
import { type CustomerCounts, countCustomersByRecency } from '#db/query/count-customers-by-recency.ts';

/** Distinct customers of a range: from the rollup where it has them, else from who was active and who ordered. */
export async function askCustomers(
  tx: TransactionSql,
  range: Range,
  businessZone: string,
  channel: string | null,
): Promise<CustomerCounts> {
  if (channel !== null) {
    const active = await countActiveCustomersOfChannel(tx, range, channel);
    return { active, buyers: await countBuyers(tx, range, channel) };
  }
  if (![range.from, range.to].every((edge) => isStartOfDay(edge, businessZone))) {
    return { active: await countActiveCustomers(tx, range), buyers: await countBuyers(tx, range, null) };
  }
  const counts = await countCustomersByRecency(tx, range, businessZone);
  return areDaysOfHours(range, businessZone) ? counts : { ...counts, active: await countActiveCustomers(tx, range) };
}
