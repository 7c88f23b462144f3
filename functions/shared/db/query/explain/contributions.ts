import type { TransactionSql } from 'postgres';
import type { ContributionSource } from '#core/explained-metrics.ts';
import type { CellQuestion, Fragment, Source } from './cell-question.ts';
import { customerContributions } from './customer-contributions.ts';
import { fulfilmentContributions } from './fulfilment-contributions.ts';
import { lineContributions } from './line-contributions.ts';
import { orderContributions } from './order-contributions.ts';
import { returnContributions } from './return-contributions.ts';
import { sessionContributions } from './session-contributions.ts';
import { spendContributions } from './spend-contributions.ts';
import { stockContributions } from './stock-contributions.ts';

const sources: Record<Exclude<ContributionSource, 'credits'>, Source> = {
  ...orderContributions,
  ...lineContributions,
  ...returnContributions,
  ...fulfilmentContributions,
  ...sessionContributions,
  ...customerContributions,
  ...spendContributions,
  ...stockContributions,
};

/**
 * What the cell is the sum of, a relation per source. Columns: `at` (when it is booked), `aggregate` and `id`
 * (the fact), `measure`, `field` (of the event that holds the value), `amount` and `currency` (as the fact has them), `rate`,
 * `value` (what it adds to the cell, null without a rate), `version` (of the event that the value is from), `moment` (of the event that it is
 * booked by) and `moment_name` (what the moment is of). (at, aggregate, id, measure, field) is the key. Those of 0 are there too.
 */
export function contributions(tx: TransactionSql, question: CellQuestion): Fragment[] {
  const { currency, businessZone, isAmount } = question;
  return question.sources.map((name) => {
    if (name === 'credits') throw new Error('credits are no relation: they are divided in core/attribution.ts');
    return tx`
      select
        at, aggregate collate "C" as aggregate, id collate "C" as id, measure collate "C" as measure, field collate "C" as field,
        amount, source.currency, case when source.currency = ${currency} then 1 else rate end as rate, version, moment, moment_name,
        case when source.currency = ${currency} or rate is not null then
          amount * sign * case when ${isAmount} and source.currency <> ${currency} then rate else 1 end
        end as value
      from (${sources[name](tx, question)}) as source (
        at, converted_at, currency, aggregate, id, measure, field, amount, sign, version, moment, moment_name
      )
      left join fx_rates
        on day = (converted_at at time zone ${businessZone})::date and from_currency = source.currency and to_currency = ${currency}`;
  });
}
