import type { Random } from '../../local/sample/random.ts';
import { makeEvent, type TestEvent } from '../setup/events.ts';

/** Events of one order with all that hangs on it, under ids that begin with `prefix`; in any order, some twice. */
export function makeShopEvents(random: Random, prefix: string, now: Date): TestEvent[] {
  let ids = 0;
  const make = (type: string, data: object): TestEvent =>
    makeEvent(type, data, {
      id: `${prefix}-e${ids++}`,
      time: new Date(now.getTime() - random.integer(0, 72 * 3600) * 1000).toISOString(),
    });
  const [order_id, session_id, customer_id] = [`${prefix}-o`, `${prefix}-s`, `${prefix}-c`];
  const items = [{ product_id: `${prefix}-p`, quantity: random.integer(1, 3), unit_price: '9.95' }];
  const order = (sequence: number, data: object) =>
    make('orders.order.status_changed', { order_id, sequence, ...data });
  const events = [
    order(1, { status: 'created', currency: 'EUR', items, channel: 'web', session_id, customer_id }),
    order(2, { status: 'confirmed', country: random.pick(['DE', 'FR']) }),
    order(4, { status: random.pick(['cancelled', 'paid']) }),
    make('payments.payment.confirmed', { payment_id: `${prefix}-y`, order_id, amount: '9.95', currency: 'EUR' }),
    make('shipping.shipment.status_changed', { shipment_id: `${prefix}-h`, order_id, status: 'delivered', items }),
    make('returns.return.status_changed', {
      ...{ return_id: `${prefix}-r`, order_id, status: 'refunded', refund_amount: 4, currency: 'EUR' },
    }),
    make('analytics.page_view', { session_id, page_url: 'https://shop.example/', email: 'x@example.com' }),
    make('analytics.cart_changed', { session_id, product_id: `${prefix}-p`, action: 'add', quantity: 1 }),
    make('inventory.stock.changed', { product_id: `${prefix}-p`, warehouse_id: 'w1', on_hand: 5, sequence: 3 }),
    make('customers.customer.updated', { customer_id, country: 'DE' }),
  ];
  const chosen = events.filter(() => random.chance(0.8));
  const twice = [...chosen, ...chosen.filter(() => random.chance(0.25))];
  return twice
    .map((event) => [random.unit(), event] as const)
    .sort(([a], [b]) => a - b)
    .map(([, event]) => event);
}
