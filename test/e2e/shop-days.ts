import { makeEvent, type TestEvent } from '../setup/events.ts';

const DAY = 86_400_000;

/** Ten days ago: within retention, and past whatever the clock says now. */
export const firstDay = new Date(Math.floor(Date.now() / DAY) * DAY - 10 * DAY);
/** `HH:MM` of a day of the story. */
const at = (day: number, time: string) => ({
  time: `${dateOf(day)}T${time}:00Z`,
});
export const dateOf = (day: number) => new Date(firstDay.getTime() + day * DAY).toISOString().slice(0, 10);

const visit = { session_id: 's1', anonymous_id: 'a1', customer_id: 'c1', channel: 'web' };
const lamp = { product_id: 'lamp', name: 'Lamp', quantity: 2, unit_price: '19.99', discount_amount: 1 };
const o1 = { order_id: 'o1', customer_id: 'c1', session_id: 's1', channel: 'web', country: 'DE', currency: 'EUR' };
const o2 = { order_id: 'o2', customer_id: 'c2', session_id: 's2', channel: 'app', country: 'FR', currency: 'EUR' };
const parcel = { shipment_id: 'h1', order_id: 'o1', carrier: 'dhl' };
const back = { return_id: 'r1', order_id: 'o1', currency: 'EUR', items: [{ product_id: 'lamp', quantity: 1 }] };

/**
 * Eight days of a small shop: an order from its first page view to a refund (o1), one that is cancelled (o2), a later one
 * of the first customer (o3), and a visit that buys nothing (s3).
 */
export const shopDays: readonly TestEvent[] = [
  makeEvent('analytics.page_view', { ...visit, page_url: 'https://shop.example/lamps' }, at(0, '10:00')),
  makeEvent('analytics.product_view', { ...visit, product_id: 'lamp' }, at(0, '10:05')),
  makeEvent('analytics.cart_changed', { ...visit, product_id: 'lamp', action: 'add', quantity: 2 }, at(0, '10:10')),
  makeEvent('analytics.checkout_started', visit, at(0, '10:12')),
  makeEvent(
    'orders.order.status_changed',
    {
      ...{ ...o1, status: 'created', sequence: 1, discount_amount: '2.50', tax_amount: 7.1, shipping_amount: '4.9' },
      items: [lamp, { product_id: 'nail', name: 'Nail', quantity: 1, unit_price: 5.005 }],
    },
    at(0, '10:15'),
  ),
  makeEvent(
    'payments.payment.confirmed',
    { payment_id: 'p1', order_id: 'o1', amount: '53.485', currency: 'EUR', method: 'card' },
    at(0, '10:16'),
  ),
  makeEvent('orders.order.status_changed', { ...o1, status: 'paid', sequence: 2 }, at(0, '10:17')),
  makeEvent(
    'orders.order.status_changed',
    { ...o2, status: 'created', sequence: 1, items: [{ product_id: 'lamp', quantity: 1, unit_price: 10 }] },
    at(0, '12:00'),
  ),
  makeEvent('shipping.shipment.status_changed', { ...parcel, status: 'handed_over', sequence: 1 }, at(1, '09:00')),
  makeEvent('orders.order.status_changed', { order_id: 'o1', status: 'shipped', sequence: 3 }, at(1, '09:01')),
  makeEvent('orders.order.status_changed', { order_id: 'o2', status: 'cancelled', sequence: 2 }, at(2, '08:00')),
  makeEvent('shipping.shipment.status_changed', { ...parcel, status: 'delivered', sequence: 2 }, at(3, '11:00')),
  makeEvent('orders.order.status_changed', { order_id: 'o1', status: 'delivered', sequence: 4 }, at(3, '11:01')),
  makeEvent('returns.return.status_changed', { ...back, status: 'requested', sequence: 1 }, at(4, '15:00')),
  makeEvent(
    'returns.return.status_changed',
    { ...back, status: 'refunded', refund_amount: '19.99', sequence: 2 },
    at(5, '15:00'),
  ),
  makeEvent(
    'orders.order.status_changed',
    {
      ...{ order_id: 'o3', status: 'created', customer_id: 'c1', channel: 'web', country: 'DE', currency: 'EUR' },
      items: [{ product_id: 'sofa', name: 'Sofa', quantity: 1, unit_price: '100' }],
    },
    at(6, '18:00'),
  ),
  makeEvent('analytics.page_view', { session_id: 's3', page_url: 'https://shop.example/' }, at(7, '20:00')),
  makeEvent('inventory.stock.changed', { product_id: 'lamp', warehouse_id: 'w1', on_hand: 7 }, at(1, '10:00')),
  makeEvent('marketing.spend.recorded', { spend_date: dateOf(0), amount: 3, currency: 'EUR' }, at(1, '01:00')),
  makeEvent('customers.customer.updated', { customer_id: 'c1', country: 'DE' }, at(0, '09:00')),
];
