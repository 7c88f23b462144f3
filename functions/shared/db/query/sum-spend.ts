import type { TransactionSql } from 'postgres';
import type { CampaignSpend } from '#core/campaigns.ts';

export interface SpendRow extends CampaignSpend {
  /** Records that no rate converts: they are in none of the sums. */
  readonly unconverted: number;
}

/** Money spent on the days from `fromDay` to before `toDay` (YYYY-MM-DD of the business zone), by campaign. */
export async function sumSpend(
  tx: TransactionSql,
  { fromDay, toDay, currency, channel }: { fromDay: string; toDay: string; currency: string; channel: string | null },
): Promise<SpendRow[]> {
  return await tx<SpendRow[]>`
    select
      source, medium, campaign,
      coalesce(sum(amount * rate_or_one), 0)::text as spend,
      coalesce(sum(impressions) filter (where rate_or_one is not null), 0)::float8 as impressions,
      coalesce(sum(clicks) filter (where rate_or_one is not null), 0)::float8 as clicks,
      count(*) filter (where rate_or_one is null)::float8 as unconverted
    from (
      select spend.*, case when spend.currency = ${currency} then 1 else rate end as rate_or_one
      from spend
      left join fx_rates on day = spend_date and from_currency = spend.currency and to_currency = ${currency}
      where spend_date >= ${fromDay}::text::date and spend_date < ${toDay}::text::date
        and (${channel}::text is null or coalesce(channel, 'unknown') = ${channel})
    ) as spent
    group by source, medium, campaign`;
}
