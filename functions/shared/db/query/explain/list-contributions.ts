import type { TransactionSql } from 'postgres';
import type { CellQuestion } from './cell-question.ts';
import { contributions } from './contributions.ts';

export interface Contribution {
  /** UTC with microseconds. */
  readonly at: string;
  /** order, payment, return, session, customer, event, spend, stock. */
  readonly aggregate: string;
  readonly id: string;
  readonly measure: string;
  readonly field: string;
  /** Plain decimal text, as `value`, in the fact's own currency; of counts 1, of quantities how many. */
  readonly amount: string;
  readonly currency: string;
  readonly rate: string;
  /** What it adds to the cell. */
  readonly value: string;
  /** Of the event that the amount is from. */
  readonly version: string;
  /** Of the event by whose time it is booked. */
  readonly moment: string;
  /** What the moment is of: a status, as `created`. */
  readonly momentName: string;
}

/**
 * The cell's contributions in the order of (at, aggregate, id, measure, field). Each source gives as many as the page has, so that
 * it is read by its index of time and no further.
 * @param after that key of the last one of the page before
 */
export async function listContributions(
  tx: TransactionSql,
  question: CellQuestion,
  { after, limit }: { readonly after: readonly string[] | null; readonly limit: number },
): Promise<Contribution[]> {
  const [at = '-infinity', aggregate = '', id = '', measure = '', field = ''] = after ?? [];
  const pages = contributions(tx, question).map(
    (rows) => tx`(
      select * from (${rows}) as contribution
      where amount <> 0 and value is not null and at >= ${at}::text::timestamptz
        and (at, aggregate, id, measure, field) > (${at}::text::timestamptz, ${aggregate}, ${id}, ${measure}, ${field})
      order by at, aggregate, id, measure, field
      limit ${limit}
    )`,
  );
  return await tx<Contribution[]>`
    select
      to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, aggregate, id, measure, field, amount::text as amount,
      currency, rate::text as rate, value::text as value, version, moment, moment_name as "momentName"
    from (${pages.reduce((union, page) => tx`${union} union all ${page}`)}) as page
    order by page.at, aggregate, id, measure, field
    limit ${limit}`;
}
