import type { CommonParameters } from '#core/query-parameters.ts';
import { formatInstant } from '#core/time-windows.ts';
import type { Input } from '#db/query/list-missing-inputs.ts';
import type { Freshness } from '#db/query/read-freshness.ts';

/** `meta` of an answer: what it is about and how far it can be trusted. */
export function answerMeta(
  { range, timeZone, granularity, currency }: CommonParameters,
  about: {
    readonly now: Date;
    readonly freshness: Freshness;
    /** Orders placed that are in no sum, for want of a rate. */
    readonly unconverted: number;
    readonly notes: readonly string[];
  },
) {
  const { now, freshness, unconverted, notes } = about;
  const newest = freshness.newestEventAt;
  return {
    period: {
      from: formatInstant(range.from, timeZone),
      to: formatInstant(range.to, timeZone),
      timezone: timeZone,
      granularity,
    },
    currency,
    asOf: now.toISOString(),
    freshness: {
      newestEventAt: newest?.toISOString() ?? null,
      // a producer's clock may be ahead of ours
      lagSeconds: newest && Math.max(0, Math.round((now.getTime() - newest.getTime()) / 1000)),
      pendingWindows: freshness.pendingWindows,
      complete: freshness.pendingWindows === 0,
    },
    unconverted,
    notes,
  };
}

const suppliers = {
  orders: 'sales and orders: orders.order.status_changed with status created',
  payments: 'collected, createdToPaidHours: payments.payment.confirmed',
  refunds: 'returns: returns.return.status_changed with status refunded',
  sessions: 'sessions, conversionRate: analytics.page_view, or any event with a session_id',
  pageViews: 'pageViews, topPages: analytics.page_view',
  customers: 'customers: customers.customer.updated, or any event with a customer_id',
  shipments: 'byCarrier: shipping.shipment.status_changed',
  handovers: 'createdToHandedOverHours: shipping.shipment.status_changed with status handed_over',
  deliveries: 'createdToDeliveredHours, onTimeRate: shipping.shipment.status_changed with status delivered',
  estimates: 'onTimeRate, overdue: shipping.shipment.status_changed with estimated_delivery_at',
  pickedQuantities: 'pickingAccuracy: shipping.shipment.status_changed with picked_quantity in its items',
  productViews: 'views, viewToCart, viewToOrder: analytics.product_view',
  cartAdds: 'carts, viewToCart, cartToOrder: analytics.cart_changed with action add',
  sessionOrders: 'cartToOrder, viewToOrder: orders.order.status_changed with a session_id',
  stock: 'all of the inventory: inventory.stock.changed',
  spend: 'spend, roas, cac: marketing.spend.recorded',
  impressions: 'impressions: marketing.spend.recorded with impressions',
  clicks: 'clicks: marketing.spend.recorded with clicks',
  returnedItems: 'returnedUnits, returnRate, units: returns.return.status_changed with status refunded, and items',
  returnCosts: 'handlingCost: returns.return.status_changed with status refunded, and cost_amount',
  returnAmounts: 'amount of products and categories: returns.return.status_changed with amount in its items',
} as const satisfies Record<Input, string>;

/** A note for each input that has never been sent, with the event type that would supply it. */
export function notesOnMissing(missing: readonly Input[]): string[] {
  return missing.map((input) => `never sent: ${suppliers[input]}`);
}
