import type { Sql } from 'postgres';

/** What the hourly rollups say of a range, in each currency, as decimal text; orders placed as a number. */
export interface RollupSums {
  readonly currency: string;
  readonly placed: number;
  readonly gross: string;
  readonly discounts: string;
  readonly cancellations: string;
  readonly returns: string;
  readonly collected: string;
}

/** Of the hours that begin in [from, to). */
export async function sumRollups(sql: Sql, from: string, to: string): Promise<RollupSums[]> {
  return await sql<RollupSums[]>`
    select currency, sum(placed)::float8 as placed, sum(gross)::text as gross, sum(discounts)::text as discounts,
      sum(cancellations)::text as cancellations, sum(returns)::text as returns, sum(collected)::text as collected
    from hourly_metrics where bucket >= ${from} and bucket < ${to}
    group by currency order by currency`;
}
