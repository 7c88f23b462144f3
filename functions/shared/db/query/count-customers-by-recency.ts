import type { TransactionSql } from 'postgres';
import type { Range } from '#core/time-windows.ts';
import type { BuyerCounts } from './count-buyers.ts';

export interface CustomerCounts {
  /** Distinct customers of any event, or of the order that an event belongs to. */
  readonly active: number;
  readonly buyers: BuyerCounts;
}

/**
 * Distinct customers of a range of whole business days, through any channel: a customer counts on the first of their days in the
 * range, the one whose day before lies before it.
 */
export async function countCustomersByRecency(
  tx: TransactionSql,
  range: Range,
  businessZone: string,
): Promise<CustomerCounts> {
  const [{ active, first, again }] = await tx<[{ active: number; first: number; again: number }]>`
    select
      coalesce(sum(customers) filter (where kind = 'active'), 0)::float8 as active,
      coalesce(sum(customers) filter (where kind = 'buyer' and previous is null), 0)::float8 as first,
      coalesce(sum(customers) filter (where kind = 'buyer' and previous is not null), 0)::float8 as again
    from customer_recency
    where time_zone = ${businessZone}
      and bucket >= ${String(range.from)}::text::timestamptz and bucket < ${String(range.to)}::text::timestamptz
      and (previous is null or previous < ${String(range.from)}::text::timestamptz)`;
  return { active, buyers: { new: first, returning: again } };
}
