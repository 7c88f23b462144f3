import type { TransactionSql } from 'postgres';
import { type CellQuestion, isInRange, isOfChannelAndCountry } from './cell-question.ts';

/** Orders placed in the range for whose day there is no rate. */
export async function countUnconverted(tx: TransactionSql, question: CellQuestion): Promise<number> {
  const { currency, businessZone } = question;
  const [{ orders }] = await tx<[{ orders: number }]>`
    select count(*)::float8 as orders
    from orders o
    where ${isInRange(tx, question, tx`o.created_at`)} and ${isOfChannelAndCountry(tx, question)} and currency <> ${currency}
      and not exists (
        select from fx_rates
        where day = (o.created_at at time zone ${businessZone})::date and from_currency = o.currency and to_currency = ${currency}
      )`;
  return orders;
}
