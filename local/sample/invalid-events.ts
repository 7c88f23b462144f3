import type { Reason } from '#contract/dead-letters.ts';
import { type CloudEvent, makeEvent } from './cloud-event.ts';

type Make = (id: string, at: number) => CloudEvent;

const cart = { session_id: 'S-broken', product_id: 'P0001', action: 'add', quantity: 1 };
const view = { session_id: 'S-broken', page_url: 'https://shop.example.com/' };
const order = { order_id: 'broken', status: 'created', currency: 'EUR', items: [] };

const cartEvent = (id: string, at: number, data: Record<string, unknown>) =>
  makeEvent('analytics.cart_changed', '/shop/cart', id, at, { ...cart, ...data });
const viewEvent = (id: string, at: number, data: Record<string, unknown> = {}) =>
  makeEvent('analytics.page_view', '/shop/web', id, at, { ...view, ...data });
const orderEvent = (id: string, at: number, data: Record<string, unknown>) =>
  makeEvent('orders.order.status_changed', '/shop/orders', id, at, { ...order, ...data });

/** 40 levels, where 32 are taken. */
const nested = () => {
  let value: unknown = 'deep';
  for (let level = 0; level < 40; level++) value = { value };
  return value;
};

/**
 * Mistakes that producers make, by the reason they are refused for, as far as the bus can carry them: what is no JSON, or
 * has no source and type, never comes in this way.
 */
export const mistakes: readonly (readonly [Reason, Make])[] = [
  ['schema_violation', (id, at) => cartEvent(id, at, { action: 'replace' })],
  ['schema_violation', (id, at) => cartEvent(id, at, { quantity: 0 })],
  ['schema_violation', (id, at) => cartEvent(id, at, { session_id: undefined })],
  ['schema_violation', (id, at) => orderEvent(id, at, { currency: undefined })],
  ['schema_violation', (id, at) => orderEvent(id, at, { currency: 'EURO', total_amount: '10.00' })],
  ['schema_violation', (id, at) => orderEvent(id, at, { status: 'lost', total_amount: '10.00' })],
  ['bad_envelope', (id, at) => ({ ...viewEvent(id, at), specversion: '0.3' })],
  ['bad_envelope', (id, at) => ({ ...viewEvent(id, at), time: new Date(at).toISOString().replace('Z', '') })],
  ['unknown_type', (id, at) => makeEvent('wishlists.wishlist.changed', '/shop/web', id, at, { product_id: 'P0001' })],
  [
    'unknown_version',
    (id, at) => ({ ...viewEvent(id, at), dataschema: 'https://shop.example.com/schemas/page_view/v9' }),
  ],
  ['malformed', (id, at) => viewEvent(id, at, { page_type: nested() })],
  ['bad_encoding', (id, at) => viewEvent(id, at, { page_type: 'home\u0000' })],
  // A clock that was never set, older than any retention.
  ['beyond_retention', (id) => viewEvent(id, Date.UTC(1900, 0, 1))],
];
