import type { TransactionSql } from 'postgres';
import type { ContributionSource } from '#core/explained-metrics.ts';
import type { CellQuestion, Fragment, SourceFragments } from './cell-question.ts';
import { customerContributions } from './customer-contributions.ts';
import { orderContributions } from './order-contributions.ts';
import { sessionContributions } from './session-contributions.ts';

const sources: Record<ContributionSource, SourceFragments[string]> = {
  ...orderContributions,
  ...sessionContributions,
  ...customerContributions,
};

/**
 * What the cell is the sum of. Columns: `at` (when it is booked), `aggregate` and `id`
 * (the fact), `measure`, `field` (of the event that holds the value), `amount` and `currency` (as the fact has them), `rate`,
 * `value` (what it adds to the cell, null without a rate), `version` (of the event that the value is from), `moment` (of the event that it is
 * booked by). (at, aggregate, id, measure, field) is the key.
 */
export function contributions(tx: TransactionSql, question: CellQuestion): Fragment {
  const { currency, businessZone, isAmount, signs } = question;
  const [first, ...more] = question.sources.map((source) => sources[source](tx, question)) as [Fragment, ...Fragment[]];
  const all = more.reduce((union, rows) => tx`${union} union all ${rows}`, tx`${first}`);
  return tx`
    select
      at, aggregate collate "C" as aggregate, id collate "C" as id, measure collate "C" as measure, field collate "C" as field,
      amount, source.currency, case when source.currency = ${currency} then 1 else rate end as rate, version, moment,
      case when source.currency = ${currency} or rate is not null then
        amount * sign * case when ${isAmount} and source.currency <> ${currency} then rate else 1 end
      end as value
    from (${all}) as source (
      at, converted_at, currency, aggregate, id, measure, field, amount, version, moment
    )
    join json_each_text(${JSON.stringify(signs)}::text::json) as asked (name, sign_text) on name = measure
    cross join lateral (select sign_text::int as sign) as signed
    left join fx_rates
      on day = (converted_at at time zone ${businessZone})::date and from_currency = source.currency and to_currency = ${currency}
    where amount <> 0`;
}
