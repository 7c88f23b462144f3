import type { TransactionSql } from 'postgres';
import { attributionModels } from '#core/attribution.ts';
import {
  type Campaign,
  type CampaignSums,
  compareCampaigns,
  costPerCustomer,
  reportCampaigns,
  returnOnSpend,
} from '#core/campaigns.ts';
import { formatAmount, parseDecimal } from '#core/money.ts';
import { pageNames, readPage, writeCursor } from '#core/page.ts';
import { BadParameter } from '#core/problem.ts';
import {
  type CommonParameters,
  commonNames,
  readChoice,
  readCommonParameters,
  readParameters,
} from '#core/query-parameters.ts';
import { changeOf } from '#core/sales.ts';
import { daysBeginningIn, formatInstant, previousRange, type Range } from '#core/time-windows.ts';
import { type Input, listMissingInputs } from '#db/query/list-missing-inputs.ts';
import { listOrderTouches } from '#db/query/list-order-touches.ts';
import { readFreshness } from '#db/query/read-freshness.ts';
import { readSnapshot } from '#db/query/read-snapshot.ts';
import { sumSpend } from '#db/query/sum-spend.ts';
import { answerMeta, notesOnMissing } from '../answer-meta.ts';
import type { Route } from '../route.ts';

const KEY_LENGTH = 5;

export const madeFrom = [
  ...['orders', 'sessions', 'customer_journey_events', 'visitor_identities', 'spend', 'fx_rates', 'dirty_windows'],
  ...['customers', 'active_users', 'analytics_events'],
];

export const answer: Route = async ({ query, database, timeZone: businessZone, currency, now }) => {
  const parameters = readParameters(query, [...commonNames, ...pageNames, 'model']);
  const common = readCommonParameters(parameters, { timeZone: businessZone, currency, now });
  const model = readChoice(parameters, 'model', attributionModels) ?? 'last_non_direct';
  const { limit, after } = readPage(parameters, KEY_LENGTH);
  const last = after && readKey(after);
  const { range, timeZone, digits } = common;
  const before = common.comparePrevious ? previousRange(range, timeZone) : null;

  const asked = await readSnapshot(database(), async (tx) => ({
    current: await askPeriod(tx, common, businessZone, range),
    previous: before && (await askPeriod(tx, common, businessZone, before)),
    freshness: await readFreshness(tx, { from: before?.from ?? range.from, to: range.to }),
    missing: await listMissingInputs(tx, ['orders', 'sessions', 'customers', 'spend', 'impressions', 'clicks']),
  }));

  const { current, previous, freshness, missing } = asked;
  const report = reportCampaigns(current, model, digits);
  const rows = last ? report.campaigns.filter((campaign) => compareCampaigns(campaign, last) > 0) : report.campaigns;
  const page = rows.slice(0, limit);
  const totals = figures(report.totals, missing, digits);
  const previousTotals = previous && figures(reportCampaigns(previous, model, digits).totals, missing, digits);
  const data = {
    model,
    totals,
    unattributed: {
      conversions: report.unattributed.conversions,
      revenue: formatAmount(report.unattributed.revenue, digits),
      newCustomers: missing.includes('customers') ? null : report.unattributed.newCustomers,
    },
    campaigns: page.map((campaign) => ({
      ...{ source: campaign.source, medium: campaign.medium, campaign: campaign.campaign },
      ...figures(campaign, missing, digits),
    })),
    ...(before &&
      previousTotals && {
        previous: {
          period: { from: formatInstant(before.from, timeZone), to: formatInstant(before.to, timeZone) },
          totals: previousTotals,
        },
        change: changeOf(totals, previousTotals),
      }),
  };
  const notes = [
    ...notesOnMissing(missing),
    ...noteUnconverted(current.unconvertedSpend, ''),
    ...noteUnconverted(previous?.unconvertedSpend ?? 0, 'previous period: '),
  ];
  const meta = answerMeta(common, { now, freshness, unconverted: current.unconverted, notes });
  const end = page.at(-1);
  const nextCursor = end && rows.length > page.length ? writeCursor(keyOf(end)) : null;
  return { status: 200, body: { data, meta: { ...meta, nextCursor } } };
};

async function askPeriod(
  tx: TransactionSql,
  { currency, channel }: CommonParameters,
  businessZone: string,
  range: Range,
) {
  const spend = await sumSpend(tx, { ...daysBeginningIn(range, businessZone), currency, channel });
  return {
    ...(await listOrderTouches(tx, { range, businessZone, currency, channel })),
    spend,
    unconvertedSpend: spend.reduce((sum, { unconverted }) => sum + unconverted, 0),
  };
}

/** Those of an input that was never sent are null. */
function figures(sums: CampaignSums, missing: readonly Input[], digits: number) {
  const isMissing = (...inputs: Input[]) => inputs.some((input) => missing.includes(input));
  return {
    spend: isMissing('spend') ? null : formatAmount(sums.spend, digits),
    impressions: isMissing('spend', 'impressions') ? null : sums.impressions,
    clicks: isMissing('spend', 'clicks') ? null : sums.clicks,
    attributedRevenue: isMissing('sessions') ? null : formatAmount(sums.revenue, digits),
    roas: isMissing('spend', 'sessions') ? null : returnOnSpend(sums),
    newCustomers: isMissing('sessions', 'customers') ? null : sums.newCustomers,
    cac: isMissing('spend', 'sessions', 'customers') ? null : costPerCustomer(sums),
  };
}

function noteUnconverted(count: number, prefix: string): string[] {
  if (count === 0) return [];
  return [`${prefix}left out of spend, impressions and clicks, for want of an exchange rate of their day: ${count}`];
}

const keyOf = ({ revenue, spend, source, medium, campaign }: Campaign): string[] => [
  ...[formatAmount(revenue, 0), formatAmount(spend, 0)],
  ...[source, medium, campaign],
];

/** @throws {BadParameter} */
function readKey([revenue = '', spend = '', source = '', medium = '', campaign = '']: readonly string[]) {
  const isAmount = (text: string) => /^-?\d{1,60}(\.\d{1,30})?$/.test(text);
  if (!isAmount(revenue) || !isAmount(spend)) {
    throw new BadParameter('cursor', 'expected the nextCursor of an answer to the same question');
  }
  return { revenue: parseDecimal(revenue), spend: parseDecimal(spend), source, medium, campaign };
}
