/** Where contributions come from: facts of one kind, booked at one of their moments. */
export type ContributionSource =
  | 'placedOrders'
  | 'cancelledOrders'
  | 'refunds'
  | 'refundsOfAll'
  | 'payments'
  | 'orderLines'
  | 'sessions'
  | 'convertedSessions'
  | 'newCustomers'
  | 'returningCustomers'
  | 'activeCustomers';

/** What a cell is made of. */
export interface ExplainedMetric {
  readonly unit: 'amount' | 'count' | 'quantity';
  readonly sources: readonly ContributionSource[];
  /** The measures of these sources that add to the cell, 1, or take from it, -1. */
  readonly signs: Readonly<Record<string, 1 | -1>>;
}

const amount = (signs: ExplainedMetric['signs'], ...sources: ContributionSource[]): ExplainedMetric => ({
  ...{ unit: 'amount', sources, signs },
});
const count = (measure: string, source: ContributionSource): ExplainedMetric => ({
  ...{ unit: 'count', sources: [source], signs: { [measure]: 1 } },
});
const net = { gross: 1, discounts: -1, cancellations: -1, returns: -1 } as const;

/** By the name of the cell in `/revenue` and `/dashboard/overview`. */
export const explainedMetrics = {
  gross: amount({ gross: 1 }, 'placedOrders'),
  discounts: amount({ discounts: 1 }, 'placedOrders'),
  cancellations: amount({ cancellations: 1 }, 'cancelledOrders'),
  returns: amount({ returns: 1 }, 'refunds'),
  net: amount(net, 'placedOrders', 'cancelledOrders', 'refunds'),
  tax: amount({ tax: 1 }, 'placedOrders'),
  shipping: amount({ shipping: 1 }, 'placedOrders'),
  total: amount({ ...net, tax: 1, shipping: 1 }, 'placedOrders', 'cancelledOrders', 'refunds'),
  collected: amount({ collected: 1 }, 'payments'),
  refunds: amount({ refunds: 1 }, 'refundsOfAll'),
  orders: count('orders', 'placedOrders'),
  cancelled: count('cancelled', 'cancelledOrders'),
  payments: count('payments', 'payments'),
  units: { unit: 'quantity', sources: ['orderLines'], signs: { units: 1 } },
  sessions: count('sessions', 'sessions'),
  convertedSessions: count('convertedSessions', 'convertedSessions'),
  activeCustomers: count('activeCustomers', 'activeCustomers'),
  newCustomers: count('newCustomers', 'newCustomers'),
  returningCustomers: count('returningCustomers', 'returningCustomers'),
} as const satisfies Record<string, ExplainedMetric>;

export type MetricName = keyof typeof explainedMetrics;
export const metricNames = Object.keys(explainedMetrics) as MetricName[];

/** Further parameters, and the metrics that each divides. */
export const filtersOf = {
  country: metricNames.filter((name) => !/sessions|customers|units/i.test(name)),
  method: ['collected', 'payments'],
  productId: ['gross', 'units'],
} as const satisfies Record<string, readonly MetricName[]>;

/** A product's gross is that of its lines. */
export function metricOf(name: MetricName, productId: string | null): ExplainedMetric {
  return name === 'gross' && productId !== null
    ? { ...explainedMetrics.gross, sources: ['orderLines'] }
    : explainedMetrics[name];
}
