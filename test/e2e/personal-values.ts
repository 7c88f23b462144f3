import type { EventType } from '#contract/event-types.ts';
import type { Canary } from './find-canaries.ts';

/** In every personal text below; nothing that the service makes by itself holds it. */
export const TOKEN = 'zqvcanaryxk';
const address = `${TOKEN}@gmail.com`;
const phone = '+49 1512 9876543';
const ipv4 = '203.0.113.77';
const ipv6 = '2001:db8:85a3:8d3:1319:8a2e:370:7348';
const userAgent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 ${TOKEN}/1.0 Firefox/128.0`;

const utm = { source: address, medium: 'cpc', campaign: phone, term: `for ${address}`, content: `tel:${phone}` };
const visitor = { ip_address: ipv6, user_agent: userAgent };

/** Every personal field of the contract, by type, with free texts that look personal. */
export const personalFields: Readonly<Record<EventType, Readonly<Record<string, unknown>>>> = {
  'orders.order.status_changed': {
    customer_name: `Z${TOKEN.slice(1)} ${TOKEN}`,
    ...{ email: address, phone, ip_address: ipv4, user_agent: userAgent, utm },
    shipping_address: {
      ...{ line1: `${TOKEN} street 12`, line2: `c/o ${TOKEN}`, postal_code: `D-${TOKEN}` },
      ...{ city: 'Berlin', region: 'Berlin', country: 'DE' },
    },
  },
  'payments.payment.confirmed': { email: address.toUpperCase(), ip_address: `::ffff:${ipv4}` },
  'shipping.shipment.status_changed': { tracking_number: `1Z ${TOKEN.toUpperCase()}` },
  'analytics.page_view': {
    page_url: `https://shop.example/u/${address}/orders?q=${TOKEN}&utm_source=${encodeURIComponent(address)}#${TOKEN}`,
    referrer: `https://${TOKEN}:${TOKEN}@mail.example/inbox/${encodeURIComponent(phone)}?q=${TOKEN}`,
    search_term: `order of ${address}`,
    ...{ utm, ip_address: `${ipv4}, 198.51.100.9`, user_agent: userAgent },
  },
  'analytics.product_view': { ...visitor, utm },
  'analytics.cart_changed': visitor,
  'analytics.checkout_started': visitor,
  'customers.customer.updated': {
    ...{ email: ` ${address} `, customer_name: TOKEN, phone: 4915129876543, birth_date: '1987-03-14' },
    ...{ ip_address: `${ipv4}:443`, user_agent: userAgent },
  },
  'returns.return.status_changed': {},
  'inventory.stock.changed': {},
  'marketing.spend.recorded': {},
  'analytics.reconciliation.reported': {},
};

/** What must be found nowhere: the token in any spelling, and the values that have none. */
export const canaries: readonly Canary[] = [
  ...[TOKEN, `Z${TOKEN.slice(1)}`, TOKEN.toUpperCase(), address, userAgent],
  ...[phone, '1512 9876543', '4915129876543'],
  ...[ipv4, ipv6, '1319:8a2e:370:7348', '1987-03-14'],
];
