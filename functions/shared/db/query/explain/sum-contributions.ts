import type { TransactionSql } from 'postgres';
import type { CellQuestion } from './cell-question.ts';
import { contributions } from './contributions.ts';

export interface ContributionSum {
  /** Plain decimal text. */
  readonly value: string;
  readonly contributions: number;
  /** What has a value, be it 0. */
  readonly known: number;
  /** Contributions that are in no sum, for want of a rate. */
  readonly leftOut: number;
}

/** Of all pages together. */
export async function sumContributions(tx: TransactionSql, question: CellQuestion): Promise<ContributionSum> {
  const [sum] = await tx<[ContributionSum]>`
    select
      coalesce(sum(value), 0)::text as value, count(value) filter (where amount <> 0)::float8 as contributions,
      count(value)::float8 as known, count(*) filter (where amount <> 0 and value is null)::float8 as "leftOut"
    from (${contributions(tx, question).reduce((union, rows) => tx`${union} union all ${rows}`)}) as contribution`;
  return sum;
}
