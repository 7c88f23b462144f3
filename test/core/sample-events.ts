import type { EventType } from '#contract/event-types.ts';
import type { ReadLimits } from '#core/read-event.ts';

export const limits: ReadLimits = { now: new Date('2026-11-22T12:00:00Z'), rawRetentionDays: 90, maxFutureHours: 24 };

/** The least that each type's schema asks for. */
export const leastData: Readonly<Record<EventType, Readonly<Record<string, unknown>>>> = {
  'orders.order.status_changed': { order_id: 'o1', status: 'paid' },
  'payments.payment.confirmed': { payment_id: 'p1', order_id: 'o1', amount: '12.50', currency: 'EUR' },
  'shipping.shipment.status_changed': { shipment_id: 's1', order_id: 'o1', status: 'packed' },
  'analytics.page_view': { session_id: 'v1', page_url: 'https://shop.example/' },
  'analytics.product_view': { session_id: 'v1', product_id: 'p1' },
  'analytics.cart_changed': { session_id: 'v1', product_id: 'p1', action: 'add', quantity: 1 },
  'analytics.checkout_started': { session_id: 'v1' },
  'customers.customer.updated': { customer_id: 'c1' },
  'returns.return.status_changed': { return_id: 'r1', order_id: null, status: 'requested' },
  'inventory.stock.changed': { product_id: 'p1', warehouse_id: 'w1', on_hand: -2.5 },
  'marketing.spend.recorded': { spend_date: '2026-11-20', amount: 10, currency: 'EUR' },
  'analytics.reconciliation.reported': {
    ...{
      counted_type: 'analytics.page_view',
      period_from: '2026-11-21T00:00:00.000000Z',
      period_to: '2026-11-22T00:00:00.000000Z',
    },
    count: 7,
  },
};

export function makeCloudEvent(type: EventType, data: object = {}, attributes: object = {}) {
  return {
    specversion: '1.0',
    ...{ id: 'e1', source: '/test/shop', type, time: '2026-11-22T11:00:00Z' },
    data: { ...leastData[type], ...data },
    ...attributes,
  };
}

/** An order's body, with one attribute or data field replaced by JSON text as it stands. */
export const bodyWith = (member: string, place: 'data' | 'envelope' = 'data') =>
  place === 'data'
    ? `{"specversion":"1.0","id":"e1","source":"/s","type":"orders.order.status_changed","time":"2026-11-22T11:00:00Z","data":{"order_id":"o1","status":"paid",${member}}}`
    : `{"specversion":"1.0","id":"e1","source":"/s","type":"orders.order.status_changed","time":"2026-11-22T11:00:00Z","data":{"order_id":"o1","status":"paid"},${member}}`;
