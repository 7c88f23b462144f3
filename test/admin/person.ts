import type { TestEvent } from '../setup/events.ts';
import { makeEvent } from '../setup/events.ts';

export const PERSON = {
  customer_id: 'cust-4711-lovelace',
  device: 'anon-lovelace-phone',
  /** Others use it too. */
  sharedDevice: 'anon-kiosk',
  email: 'ada.lovelace@gmail.com',
  phone: '+44 20 7946 0958',
} as const;

const at = (day: number, hour: number) => ({ time: new Date(Date.UTC(2026, 10, day, hour, 30)).toISOString() });
const items = [{ product_id: 'p-1', quantity: 2, unit_price: '9.95', discount_amount: '1' }];
const { customer_id, device, email, phone } = PERSON;
const client = { ip_address: '203.0.113.77', user_agent: 'Mozilla/5.0 (Lovelace)' };

function order(id: string, day: number, data: object): TestEvent {
  const common = { order_id: id, currency: 'EUR', channel: 'web', country: 'GB', items };
  return makeEvent('orders.order.status_changed', { ...common, status: 'created', sequence: 1, ...data }, at(day, 9));
}

/** Two orders, payments with and without the customer's id, a refund, sessions before and after the login. */
export function eventsOfPerson(): TestEvent[] {
  const contact = { email, phone, customer_name: 'Ada Lovelace', ...client };
  const address = { shipping_address: { line1: '12 St James Square', city: 'London', postal_code: 'SW1Y 4JH' } };
  return [
    makeEvent(
      'customers.customer.updated',
      { customer_id, ...contact, birth_date: '1815-12-10', country: 'GB' },
      at(1, 8),
    ),
    makeEvent(
      'analytics.page_view',
      { session_id: 's-1', anonymous_id: device, page_url: 'https://shop.example/', ...client },
      at(2, 8),
    ),
    makeEvent(
      'analytics.page_view',
      {
        session_id: 's-1',
        anonymous_id: device,
        customer_id,
        page_url: `https://shop.example/account/${customer_id}`,
        ...client,
      },
      at(2, 9),
    ),
    makeEvent(
      'analytics.cart_changed',
      { session_id: 's-1', product_id: 'p-1', action: 'add', quantity: 1, ...client },
      at(2, 10),
    ),
    makeEvent(
      'analytics.page_view',
      { session_id: 's-kiosk', anonymous_id: PERSON.sharedDevice, customer_id, page_url: 'https://shop.example/' },
      at(3, 9),
    ),
    order('o-1', 2, {
      customer_id,
      anonymous_id: device,
      session_id: 's-1',
      ...contact,
      ...address,
      utm: { source: 'mail', content: customer_id },
    }),
    makeEvent(
      'payments.payment.confirmed',
      { payment_id: 'y-1', order_id: 'o-1', amount: '18.90', currency: 'EUR', customer_id, email },
      at(2, 11),
    ),
    makeEvent(
      'shipping.shipment.status_changed',
      { shipment_id: 'h-1', order_id: 'o-1', status: 'delivered', tracking_number: 'LOVELACE1815' },
      at(4, 9),
    ),
    makeEvent(
      'returns.return.status_changed',
      { return_id: 'r-1', order_id: 'o-1', status: 'refunded', refund_amount: '5', currency: 'EUR', customer_id },
      at(5, 9),
    ),
    order('o-2', 8, { customer_id, ...contact }),
    makeEvent(
      'payments.payment.confirmed',
      { payment_id: 'y-2', order_id: 'o-2', amount: '18.90', currency: 'EUR', email, ip_address: client.ip_address },
      at(8, 11),
    ),
    order('o-guest', 9, { email, ip_address: client.ip_address }),
  ];
}

/** Of people who stay. */
export function eventsOfOthers(): TestEvent[] {
  const contact = { email: 'ben@gmail.com', ip_address: '198.51.100.9' };
  return [
    makeEvent('customers.customer.updated', { customer_id: 'cust-ben', ...contact }, at(1, 8)),
    order('o-ben', 8, { customer_id: 'cust-ben', session_id: 's-ben', ...contact }),
    makeEvent(
      'analytics.page_view',
      {
        session_id: 's-ben',
        anonymous_id: PERSON.sharedDevice,
        customer_id: 'cust-ben',
        page_url: 'https://shop.example/',
      },
      at(8, 8),
    ),
    // One household, one address
    order('o-carla', 9, { customer_id: 'cust-carla', email, customer_name: 'Carla' }),
  ];
}
