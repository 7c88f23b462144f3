import type { ContributionSource, MetricName } from '#core/explained-metrics.ts';
import type { Input } from '#db/query/list-missing-inputs.ts';

/** Without which a metric is null, as its cell is. */
const needed: Partial<Record<MetricName, readonly Input[]>> = {
  ...{ paidOrders: ['payments'], handedOverOrders: ['handovers'], deliveredOrders: ['deliveries'] },
  ...{ overdueOrders: ['estimates'], handlingCost: ['returnCosts'], refundedOfPlaced: ['refunds'] },
  ...{ returnedUnits: ['returnedItems'], returnedAmount: ['returnAmounts'] },
  ...{ sessions: ['sessions'], convertedSessions: ['sessions'], activeSessions: ['sessions'] },
  ...{ views: ['productViews'], carts: ['cartAdds'], pageViews: ['pageViews'] },
  ...{ activeCustomers: ['customers'], newCustomers: ['customers'], returningCustomers: ['customers'] },
  ...{ buyers: ['customers'], spend: ['spend'], impressions: ['spend', 'impressions'], clicks: ['spend', 'clicks'] },
  ...{ attributedRevenue: ['sessions'], attributedCustomers: ['sessions', 'customers'] },
  ...{ unattributedCustomers: ['customers'], onHand: ['stock'], stockItems: ['stock'], stockProducts: ['stock'] },
  ...{ stockOuts: ['stock'], reserved: ['stock'], stockValue: ['stock'], belowReorderPoint: ['stock'] },
};

/** Null where no fact says anything of it, and not 0. */
const nullWhenUnsaid: readonly MetricName[] = ['returnedAmount', 'reserved', 'stockValue', 'belowReorderPoint'];

/** Without which a sum is 0, with a note. */
const noted: Partial<Record<ContributionSource, Input>> = {
  ...{
    placedOrders: 'orders',
    orderLines: 'orders',
    refunds: 'refunds',
    refundsOfAll: 'refunds',
    payments: 'payments',
  },
};

export const neededInputs = (name: MetricName): readonly Input[] => needed[name] ?? [];

export const inputsOf = (name: MetricName, sources: readonly ContributionSource[]): Input[] => [
  ...new Set([...neededInputs(name), ...sources.flatMap((source) => noted[source] ?? [])]),
];

/** @param known how many facts say something of it, be it 0 */
export const isUnknown = (name: MetricName, missing: readonly Input[], known: number): boolean =>
  neededInputs(name).some((input) => missing.includes(input)) || (known === 0 && nullWhenUnsaid.includes(name));
