import type { Answer } from './ask-route.ts';

export interface ShownCell {
  /** Where the answer shows it: what stands in lists by its name without the position. */
  readonly place: string;
  readonly metric: string;
  /** The question of `/explain`: those of the route's own with what divides the cell. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly value: unknown;
}

type Words = Readonly<Record<string, string>>;
// biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
type Row = any;

const sales = ['gross', 'discounts', 'cancellations', 'returns', 'net', 'tax', 'shipping', 'total', 'collected'];
const ofSales = Object.fromEntries(sales.map((name) => [name, name]));
const ofTotals = { ...ofSales, orders: 'orders' };
const ofHours = {
  'createdToPaidHours.count': 'paidOrders',
  'createdToHandedOverHours.count': 'handedOverOrders',
  'createdToDeliveredHours.count': 'deliveredOrders',
  overdue: 'overdueOrders',
};
const ofReturns = {
  returns: 'refundedReturns',
  units: 'returnedUnits',
  refunds: 'refunds',
  handlingCost: 'handlingCost',
};
const ofProducts = Object.fromEntries(
  ['views', 'carts', 'orders', 'units', 'gross', 'returnedUnits'].map((name) => [name, name]),
);
const ofChannels = { sessions: 'sessions', orders: 'orders', gross: 'gross', net: 'net', customers: 'buyers' };
const ofCampaigns = {
  ...{ spend: 'spend', impressions: 'impressions', clicks: 'clicks' },
  ...{ attributedRevenue: 'attributedRevenue', newCustomers: 'attributedCustomers' },
};
const ofStock = { onHand: 'onHand', reserved: 'reserved', stockValue: 'stockValue' };

/** The money and count cells of an answer, each with the question that explains it. */
export function listCells(route: string, words: Words, { data, meta }: Answer): ShownCell[] {
  const { granularity: _, groupBy: __, compare: ___, sort: ____, limit: _____, window: ______, ...own } = words;
  const cells = (place: string, row: Row, metrics: Readonly<Record<string, string>>, more: Words = {}): ShownCell[] =>
    Object.entries(metrics).map(([path, metric]) => ({
      place: `${route} ${place}${path}`,
      metric,
      parameters: { ...own, ...more, metric },
      value: path.split('.').reduce((part: Row, name) => part[name], row),
    }));
  const rows = (
    place: string,
    list: readonly Row[],
    metrics: Readonly<Record<string, string>>,
    divide: (row: Row) => Words,
  ) => (list ?? []).flatMap((row) => cells(`${place}[].`, row, metrics, divide(row)));
  /** From a bucket's start to the next, and no further than the period. */
  const series = (metrics: Readonly<Record<string, string>>, divide: (row: Row) => Words = () => ({})) => {
    const starts = [...new Set<string>(data.series.map(({ bucket }: Row) => bucket))];
    return rows('series', data.series, metrics, (row) => {
      const next = starts[starts.indexOf(row.bucket) + 1] ?? meta.period.to;
      const from = Date.parse(row.bucket) < Date.parse(meta.period.from) ? meta.period.from : row.bucket;
      return { from, to: next, ...divide(row) };
    });
  };
  const unlessOther = (row: Row): Words => (own.channel === undefined ? { channel: row.channel } : {});
  switch (route) {
    case 'revenue':
      return [
        ...cells('totals.', data.totals, ofTotals),
        ...series(ofTotals, ({ channel, country }) => ({ ...(channel && { channel }), ...(country && { country }) })),
        ...rows('byChannel', data.byChannel, ofTotals, unlessOther),
        ...rows('byCountry', data.byCountry, ofTotals, ({ country }) => ({ country })),
        ...rows(
          'byPaymentMethod',
          data.byPaymentMethod,
          { payments: 'payments', collected: 'collected' },
          ({ method }) => ({ method }),
        ),
      ];
    case 'dashboard-overview':
      return [
        ...cells('sales.', data.sales, ofSales),
        ...cells('orders.', data.orders, { placed: 'orders', cancelled: 'cancelled' }),
        ...cells('customers.', data.customers, {
          active: 'activeCustomers',
          new: 'newCustomers',
          returning: 'returningCustomers',
        }),
        ...cells('', data, { sessions: 'sessions' }),
        ...rows('topProducts', data.topProducts, { units: 'units', gross: 'gross' }, ({ productId }) => ({
          product_id: productId,
        })),
        ...rows('topChannels', data.topChannels, { orders: 'orders', net: 'net' }, unlessOther),
      ];
    case 'orders':
      return [
        ...cells('', data, { placed: 'orders' }),
        ...rows('statusDistribution', data.statusDistribution, { orders: 'orders' }, ({ status }) => ({ status })),
        ...cells('fulfilment.', data.fulfilment, ofHours),
        ...rows('byCarrier', data.byCarrier, { orders: 'orders', ...ofHours }, ({ carrier }) => ({ carrier })),
        ...series({
          placed: 'orders',
          paid: 'paidOrders',
          handedOver: 'handedOverOrders',
          delivered: 'deliveredOrders',
        }),
        ...series({ cancelled: 'cancelled' }, () => ({ lens: 'order_date' })),
      ];
    case 'returns':
      return [
        ...cells('', data, { ...ofReturns, 'daysToRefund.count': 'refundedOfPlaced' }),
        ...rows(
          'reasons',
          data.reasons,
          { returns: 'refundedReturns', units: 'returnedUnits', amount: 'refunds' },
          ({ reason }) => ({ reason }),
        ),
        ...rows('products', data.products, { units: 'returnedUnits', amount: 'returnedAmount' }, ({ productId }) => ({
          product_id: productId,
        })),
        ...rows('categories', data.categories, { units: 'returnedUnits', amount: 'returnedAmount' }, ({ categoryId }) =>
          ofCategory(categoryId),
        ),
        ...series(ofReturns),
      ];
    case 'products-performance':
      return [
        ...rows('products', data.products, ofProducts, ({ productId }) => ({ product_id: productId })),
        ...rows('categories', data.categories, ofProducts, ({ categoryId }) => ofCategory(categoryId)),
      ];
    case 'channels':
      return [
        ...cells('totals.', data.totals, ofChannels),
        ...rows('channels', data.channels, ofChannels, unlessOther),
        ...rows('customersByChannelCount', data.customersByChannelCount, { customers: 'buyers' }, ({ channels }) => ({
          channels: String(channels),
        })),
      ];
    case 'marketing':
      return [
        ...cells('totals.', data.totals, ofCampaigns),
        ...cells('unattributed.', data.unattributed, {
          ...{
            conversions: 'unattributedConversions',
            revenue: 'unattributedRevenue',
            newCustomers: 'unattributedCustomers',
          },
        }),
        ...rows('campaigns', data.campaigns, ofCampaigns, ({ source, medium, campaign }) => ({
          source,
          medium,
          campaign,
        })),
      ].map(withoutModel);
    case 'inventory':
      return [
        ...cells('totals.', data.totals, {
          ...{
            ...ofStock,
            items: 'stockItems',
            products: 'stockProducts',
            stockOuts: 'stockOuts',
            belowReorderPoint: 'belowReorderPoint',
          },
        }),
        ...rows('items', data.items, ofStock, ({ productId, warehouseId }) => ({
          product_id: productId,
          warehouse_id: warehouseId,
        })),
      ];
    case 'realtime': {
      const window = { from: meta.period.from, to: meta.period.to };
      return [
        ...cells(
          '',
          data,
          {
            ...{ activeSessions: 'activeSessions', activeCustomers: 'activeCustomers', pageViews: 'pageViews' },
            ...{ orders: 'orders', gross: 'gross' },
          },
          window,
        ),
        ...rows('topPages', data.topPages, { views: 'pageViews' }, ({ path }) => ({ ...window, path })),
      ];
    }
    default:
      throw new Error(`${route}: which of its cells are there?`);
  }
}

const ofCategory = (id: string | null): Words => (id === null ? { without_category: 'true' } : { category_id: id });

/** It divides revenue alone. */
function withoutModel(cell: ShownCell): ShownCell {
  const { model, ...others } = cell.parameters;
  const isDivided = model !== undefined && cell.metric === 'attributedRevenue';
  return { ...cell, parameters: isDivided ? { ...others, model } : others };
}
