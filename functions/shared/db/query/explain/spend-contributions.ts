import { isInRange, partsOf, type Source } from './cell-question.ts';

/** A record's is the day that it names, of the business zone. */
export const spendContributions = {
  spend: (tx, question) => {
    const { businessZone, channel, source, medium, campaign, range } = question;
    const at = tx`(spend_date::timestamp at time zone ${businessZone})`;
    return tx`
      select
        ${at}, ${at}, s.currency, 'spend', s.spend_id, measure, field, part.amount, sign, s.spend_id, s.spend_id, 'event'
      from spend s
      ${partsOf(tx, question, [
        ['spend', tx`'amount'`, tx`s.amount`],
        ['impressions', tx`'impressions'`, tx`s.impressions`],
        ['clicks', tx`'clicks'`, tx`s.clicks`],
      ])}
      -- whole days, by the index, and those that begin in the range
      where spend_date >= (${String(range.from)}::text::timestamptz at time zone ${businessZone})::date
        and spend_date <= (${String(range.to)}::text::timestamptz at time zone ${businessZone})::date
        and ${isInRange(tx, question, at)}
        and (${channel}::text is null or coalesce(s.channel, 'unknown') = ${channel})
        and (${source}::text is null or coalesce(s.source, 'unknown') = ${source})
        and (${medium}::text is null or coalesce(s.medium, 'unknown') = ${medium})
        and (${campaign}::text is null or coalesce(s.campaign, 'unknown') = ${campaign})`;
  },
} satisfies Record<string, Source>;
