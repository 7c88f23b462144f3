/** Where contributions come from: facts of one kind, booked at one of their moments. */
export type ContributionSource =
  | 'placedOrders'
  | 'cancelledOrders'
  | 'payments'
  | 'refunds'
  | 'refundsOfAll'
  | 'orderLines'
  | 'returnLines'
  | 'fulfilment'
  | 'sessions'
  | 'convertedSessions'
  | 'sessionProducts'
  | 'activeSessions'
  | 'pageViews'
  | 'newCustomers'
  | 'returningCustomers'
  | 'buyers'
  | 'activeCustomers'
  | 'spend'
  | 'stock'
  /** What attribution divides: of no relation, but of core/campaigns.ts. */
  | 'credits';

/** What a cell is made of. */
export interface ExplainedMetric {
  readonly unit: 'amount' | 'count' | 'quantity';
  readonly sources: readonly ContributionSource[];
  /** The measures of these sources that add to the cell, 1, or take from it, -1. */
  readonly signs: Readonly<Record<string, 1 | -1>>;
  /** Parameters that divide it, as its cells are divided. */
  readonly filters: readonly FilterName[];
}

/** Further parameters, by what the statements call them. */
export const filterNames = {
  ...{ country: 'country', method: 'method', status: 'status', carrier: 'carrier', reason: 'reason', path: 'path' },
  ...{
    product: 'product_id',
    category: 'category_id',
    uncategorized: 'without_category',
    warehouse: 'warehouse_id',
    channels: 'channels',
  },
  ...{ source: 'source', medium: 'medium', campaign: 'campaign', model: 'model' },
} as const;
export type FilterName = (typeof filterNames)[keyof typeof filterNames];

const of =
  <const Unit extends ExplainedMetric['unit']>(unit: Unit) =>
  (
    measure: string,
    source: ContributionSource,
    ...filters: readonly FilterName[]
  ): ExplainedMetric & { unit: Unit } => ({
    ...{ unit, sources: [source], signs: { [measure]: 1 }, filters },
  });
const [amount, count, quantity] = [of('amount'), of('count'), of('quantity')];

const net = { gross: 1, discounts: -1, cancellations: -1, returns: -1 } as const;
const ofNet = (signs: ExplainedMetric['signs']): ExplainedMetric => ({
  ...{ unit: 'amount', sources: ['placedOrders', 'cancelledOrders', 'refunds'], signs, filters: ['country'] },
});
/** Of lines and views; those of no category are a group of their own. */
const ofProduct = ['product_id', 'category_id', 'without_category'] as const;
const campaign = ['source', 'medium', 'campaign'] as const;

/** Which contributions explain a metric; docs/api.md says which cells of which routes that is. */
export const explainedMetrics = {
  gross: amount('gross', 'placedOrders', 'country', ...ofProduct),
  discounts: amount('discounts', 'placedOrders', 'country'),
  cancellations: amount('cancellations', 'cancelledOrders', 'country'),
  returns: amount('returns', 'refunds', 'country'),
  net: ofNet(net),
  tax: amount('tax', 'placedOrders', 'country'),
  shipping: amount('shipping', 'placedOrders', 'country'),
  total: ofNet({ ...net, tax: 1, shipping: 1 }),
  collected: amount('collected', 'payments', 'country', 'method'),
  orders: count('orders', 'placedOrders', 'country', 'status', 'carrier', ...ofProduct),
  cancelled: count('cancelled', 'cancelledOrders', 'country'),
  payments: count('payments', 'payments', 'country', 'method'),
  units: quantity('units', 'orderLines', ...ofProduct),
  ...{
    paidOrders: count('paidOrders', 'fulfilment', 'carrier'),
    handedOverOrders: count('handedOverOrders', 'fulfilment', 'carrier'),
    deliveredOrders: count('deliveredOrders', 'fulfilment', 'carrier'),
    overdueOrders: count('overdueOrders', 'fulfilment', 'carrier'),
  },
  ...{
    refunds: amount('refunds', 'refundsOfAll', 'country', 'reason'),
    handlingCost: amount('handlingCost', 'refundsOfAll', 'country', 'reason'),
    refundedReturns: count('refundedReturns', 'refundsOfAll', 'country', 'reason'),
    refundedOfPlaced: count('refundedOfPlaced', 'refundsOfAll', 'country', 'reason'),
    returnedUnits: quantity('returnedUnits', 'returnLines', 'reason', ...ofProduct),
    returnedAmount: amount('returnedAmount', 'returnLines', 'reason', ...ofProduct),
  },
  ...{
    sessions: count('sessions', 'sessions'),
    convertedSessions: count('convertedSessions', 'convertedSessions'),
    views: count('views', 'sessionProducts', ...ofProduct),
    carts: count('carts', 'sessionProducts', ...ofProduct),
    activeSessions: count('activeSessions', 'activeSessions'),
    pageViews: count('pageViews', 'pageViews', 'path'),
  },
  ...{
    activeCustomers: count('activeCustomers', 'activeCustomers'),
    newCustomers: count('newCustomers', 'newCustomers'),
    returningCustomers: count('returningCustomers', 'returningCustomers'),
    buyers: count('buyers', 'buyers', 'channels'),
  },
  ...{
    spend: amount('spend', 'spend', ...campaign),
    impressions: quantity('impressions', 'spend', ...campaign),
    clicks: quantity('clicks', 'spend', ...campaign),
    attributedRevenue: amount('attributedRevenue', 'credits', ...campaign, 'model'),
    attributedCustomers: count('attributedCustomers', 'credits', ...campaign),
    unattributedRevenue: amount('unattributedRevenue', 'credits'),
    unattributedConversions: count('unattributedConversions', 'credits'),
    unattributedCustomers: count('unattributedCustomers', 'credits'),
  },
  ...{
    onHand: quantity('onHand', 'stock', 'product_id', 'warehouse_id'),
    reserved: quantity('reserved', 'stock', 'product_id', 'warehouse_id'),
    stockValue: amount('stockValue', 'stock', 'product_id', 'warehouse_id'),
    stockItems: count('stockItems', 'stock', 'product_id', 'warehouse_id'),
    stockProducts: count('stockProducts', 'stock'),
    stockOuts: count('stockOuts', 'stock', 'product_id', 'warehouse_id'),
    belowReorderPoint: count('belowReorderPoint', 'stock', 'product_id', 'warehouse_id'),
  },
} as const satisfies Record<string, ExplainedMetric>;

export type MetricName = keyof typeof explainedMetrics;
export const metricNames = Object.keys(explainedMetrics) as MetricName[];

/** What no contributions sum to, and what else to ask for. */
export const notSums: Readonly<Record<string, string>> = {
  averageOrderValue: 'a ratio: explain gross, discounts and orders',
  conversionRate: 'a ratio: explain convertedSessions and sessions',
  cancellationRate: 'a ratio: explain orders with status=cancelled, and orders',
  share: 'a ratio: explain orders with and without status',
  onTimeRate: 'a ratio of orders delivered: explain deliveredOrders',
  pickingAccuracy: 'a ratio of quantities picked',
  createdToPaidHours: 'a distribution: explain paidOrders, which it counts',
  createdToHandedOverHours: 'a distribution: explain handedOverOrders, which it counts',
  createdToDeliveredHours: 'a distribution: explain deliveredOrders, which it counts',
  daysToRefund: 'a distribution: explain refundedOfPlaced, which it counts',
  rates: 'ratios: explain refundedReturns, returnedUnits and refunds, and orders, units, gross and discounts',
  returnRate: 'a ratio: explain returnedUnits and units',
  viewToCart: 'a ratio of sessions: explain views and carts',
  cartToOrder: 'a ratio of sessions: explain carts',
  viewToOrder: 'a ratio of sessions: explain views',
  abcClass: 'a class by the share of gross: explain gross',
  roas: 'a ratio: explain attributedRevenue and spend',
  cac: 'a ratio: explain spend and attributedCustomers',
  unitsPerDay: 'a rate: explain units',
  daysOfSupply: 'a ratio: explain onHand and units',
  sellThrough: 'a ratio: explain onHand and units',
  eventsPerSecond: 'a rate of stored events',
  ingestLagSeconds: 'a median of delays',
};

/** The metrics that a filter divides. */
export const dividedBy = (filter: FilterName): MetricName[] =>
  metricNames.filter((name) => (explainedMetrics[name].filters as readonly FilterName[]).includes(filter));

/** A product's or category's gross and orders are those of its lines, a carrier's orders those of its parcels. */
export function metricOf(
  name: MetricName,
  { ofProducts, ofCarrier }: { readonly ofProducts: boolean; readonly ofCarrier: boolean },
): ExplainedMetric {
  const metric: ExplainedMetric = explainedMetrics[name];
  if (metric.sources[0] !== 'placedOrders') return metric;
  if (ofCarrier) return { ...metric, sources: ['fulfilment'] };
  return ofProducts ? { ...metric, sources: ['orderLines'] } : metric;
}
