import type { TransactionSql } from 'postgres';
import { type CellQuestion, isInRange, isOfChannelAndCountry } from './cell-question.ts';
import { contributions } from './contributions.ts';

export interface ContributionSum {
  /** Plain decimal text. */
  readonly value: string;
  readonly contributions: number;
  /** Contributions that are in no sum, for want of a rate. */
  readonly leftOut: number;
  /** Orders placed in the range for whose day there is no rate. */
  readonly unconverted: number;
}

/** Of all pages together. */
export async function sumContributions(tx: TransactionSql, question: CellQuestion): Promise<ContributionSum> {
  const { currency, businessZone } = question;
  const [sum] = await tx<[ContributionSum]>`
    select
      coalesce(sum(value), 0)::text as value, count(value)::float8 as contributions,
      count(*) filter (where value is null)::float8 as "leftOut",
      (
        select count(*)::float8 from orders o
        where ${isInRange(tx, question, tx`o.created_at`)} and ${isOfChannelAndCountry(tx, question)} and currency <> ${currency}
          and not exists (
            select from fx_rates
            where day = (o.created_at at time zone ${businessZone})::date and from_currency = o.currency and to_currency = ${currency}
          )
      ) as unconverted
    from (${contributions(tx, question)}) as contribution`;
  return sum;
}
