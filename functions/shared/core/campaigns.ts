import { type AttributionModel, creditTouches, type Touch, toMinorUnits } from './attribution.ts';
import { compareText } from './compare-text.ts';
import { direct, type TrafficSource } from './marketing-channel.ts';
import { add, compareDecimals, type Decimal, divide, formatAmount, parseDecimal } from './money.ts';

/** A session of the same person that began in the days up to the order. */
export type OrderTouch = readonly [
  ageSeconds: number,
  source: string | null,
  medium: string | null,
  campaign: string | null,
  marketingChannel: string,
  sessionId: string,
];

export interface TouchedOrder {
  /** gross − discounts as plain decimal text; null where the order is no conversion. */
  readonly value: string | null;
  /** Whether it is its customer's first order ever. */
  readonly isFirst: boolean;
  /** The earliest first. */
  readonly touches: readonly OrderTouch[];
}

/** What an order brings to the campaign of a touch; of an order without any touch, to none. */
export interface Credit<Order extends TouchedOrder = TouchedOrder> {
  readonly order: Order;
  readonly touch: OrderTouch | null;
  /** Whole minor units; null where it is not credited with the order's value. */
  readonly revenue: bigint | null;
  readonly isNewCustomer: boolean;
}

export interface CampaignSpend extends TrafficSource {
  /** Plain decimal text. */
  readonly spend: string;
  readonly impressions: number;
  readonly clicks: number;
}

/** `unknown` stands for what is not said. */
export interface Campaign extends CampaignSums {
  readonly source: string;
  readonly medium: string;
  readonly campaign: string;
}

export interface CampaignSums {
  readonly spend: Decimal;
  readonly impressions: number;
  readonly clicks: number;
  /** Of the answer's currency. */
  readonly revenue: Decimal;
  readonly newCustomers: number;
}

/** Of orders without a touch. */
export interface Unattributed {
  readonly conversions: number;
  readonly revenue: Decimal;
  readonly newCustomers: number;
}

export interface CampaignReport {
  /** The highest revenue first, of equal ones the highest spend, then by name. */
  readonly campaigns: readonly Campaign[];
  readonly totals: CampaignSums;
  readonly unattributed: Unattributed;
}

interface Row {
  readonly source: string;
  readonly medium: string;
  readonly campaign: string;
  spend: Decimal;
  impressions: number;
  clicks: number;
  /** Whole minor units. */
  revenue: bigint;
  newCustomers: number;
}

/**
 * Spend, and what attribution credits, by source, medium and campaign.
 * @param digits decimals of the currency: credits are whole minor units of it
 */
export function reportCampaigns(
  { orders, spend }: { readonly orders: readonly TouchedOrder[]; readonly spend: readonly CampaignSpend[] },
  model: AttributionModel,
  digits: number,
): CampaignReport {
  const rows = new Map<string, Row>();
  for (const each of spend) {
    const row = rowOf(rows, each);
    row.spend = add(row.spend, parseDecimal(each.spend));
    row.impressions += each.impressions;
    row.clicks += each.clicks;
  }
  const unattributed = { conversions: 0, revenue: 0n, newCustomers: 0 };
  for (const { touch, revenue, isNewCustomer } of creditOrders(orders, model, digits)) {
    if (touch === null) {
      if (revenue !== null) unattributed.conversions += 1;
      unattributed.revenue += revenue ?? 0n;
      if (isNewCustomer) unattributed.newCustomers += 1;
    } else {
      const row = rowOf(rows, trafficOf(touch));
      row.revenue += revenue ?? 0n;
      if (isNewCustomer) row.newCustomers += 1;
    }
  }
  const toMoney = (units: bigint): Decimal => ({ units, scale: digits });
  const campaigns = [...rows.values()].map((row) => ({ ...row, revenue: toMoney(row.revenue) })).sort(compareCampaigns);
  return {
    campaigns,
    totals: sumUp(campaigns),
    unattributed: { ...unattributed, revenue: toMoney(unattributed.revenue) },
  };
}

/** Order by order and touch by touch; touches that are credited with nothing are left out. */
export function* creditOrders<Order extends TouchedOrder>(
  orders: readonly Order[],
  model: AttributionModel,
  digits: number,
): Generator<Credit<Order>> {
  for (const order of orders) {
    const { value, isFirst, touches } = order;
    const worth = value === null ? null : toMinorUnits(value, digits);
    if (touches.length === 0) {
      yield { order, touch: null, revenue: worth, isNewCustomer: isFirst };
      continue;
    }
    const weighed = touches.map(toTouch);
    const credits = worth === null ? [] : creditTouches(model, weighed, worth);
    // A customer is not divided: whatever the model, the touch that last brought the person here
    const brought = isFirst ? creditTouches('last_non_direct', weighed, 1n).indexOf(1n) : -1;
    for (const [index, touch] of touches.entries()) {
      const revenue = credits[index] || null;
      if (revenue !== null || index === brought) yield { order, touch, revenue, isNewCustomer: index === brought };
    }
  }
}

const toTouch = ([ageSeconds, , , , channel]: OrderTouch): Touch => ({
  ageSeconds,
  isDirect: channel === direct.channel,
});
const trafficOf = ([, source, medium, campaign]: OrderTouch): TrafficSource => ({ source, medium, campaign });
/** As a row of the report calls it. */
export const campaignOf = (touch: OrderTouch) => namesOf(trafficOf(touch));

const UNKNOWN = 'unknown';

const namesOf = ({ source, medium, campaign }: TrafficSource) => ({
  ...{ source: source ?? UNKNOWN, medium: medium ?? UNKNOWN, campaign: campaign ?? UNKNOWN },
});

function rowOf(rows: Map<string, Row>, traffic: TrafficSource): Row {
  const { source, medium, campaign } = namesOf(traffic);
  const key = JSON.stringify([source, medium, campaign]);
  const row = rows.get(key) ?? {
    ...{ source, medium, campaign, spend: parseDecimal('0'), impressions: 0, clicks: 0, revenue: 0n, newCustomers: 0 },
  };
  rows.set(key, row);
  return row;
}

/** In the order of the report. */
export function compareCampaigns(
  a: Pick<Campaign, 'revenue' | 'spend' | 'source' | 'medium' | 'campaign'>,
  b: typeof a,
): number {
  return (
    compareDecimals(b.revenue, a.revenue) ||
    compareDecimals(b.spend, a.spend) ||
    compareText(a.source, b.source) ||
    compareText(a.medium, b.medium) ||
    compareText(a.campaign, b.campaign)
  );
}

function sumUp(campaigns: readonly CampaignSums[]): CampaignSums {
  const zero = parseDecimal('0');
  const count = (name: 'impressions' | 'clicks' | 'newCustomers') =>
    campaigns.reduce((sum, campaign) => sum + campaign[name], 0);
  return {
    spend: campaigns.reduce((sum, { spend }) => add(sum, spend), zero),
    revenue: campaigns.reduce((sum, { revenue }) => add(sum, revenue), zero),
    ...{ impressions: count('impressions'), clicks: count('clicks'), newCustomers: count('newCustomers') },
  };
}

const RATIO_DECIMALS = 4;

/** Return on ad spend: revenue ÷ spend at 4 decimals, half up; null where nothing was spent. */
export function returnOnSpend({ revenue, spend }: CampaignSums): number | null {
  return spend.units > 0n ? Number(formatAmount(divide(revenue, spend, RATIO_DECIMALS), 0)) : null;
}

/** Customer acquisition cost: spend ÷ new customers at 4 decimals, half up; null without a new customer. */
export function costPerCustomer({ spend, newCustomers }: CampaignSums): string | null {
  if (newCustomers === 0) return null;
  return formatAmount(divide(spend, { units: BigInt(newCustomers), scale: 0 }, RATIO_DECIMALS), RATIO_DECIMALS);
}
