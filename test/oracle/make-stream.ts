import fc from 'fast-check';
import type { TestEvent } from '../setup/events.ts';

/** A week in which Europe's clocks change, on 2026-10-25. */
export const STREAM_FROM = Date.parse('2026-10-22T00:00:00Z');
export const STREAM_TO = Date.parse('2026-10-29T00:00:00Z');

const QUARTER_MS = 900_000;

/** Half of all on a quarter of an hour, so that edges are met and times tie. */
const instantFrom = (from: number) =>
  fc.oneof(
    fc.integer({ min: 0, max: (STREAM_TO - from) / QUARTER_MS - 1 }).map((quarter) => from + quarter * QUARTER_MS),
    fc.integer({ min: from, max: STREAM_TO - 1 }),
  );
const utc = (at: number) => new Date(at).toISOString();
const moment = instantFrom(STREAM_FROM).map(utc);
/** In the last hour and a half. */
const lastMoment = instantFrom(STREAM_TO - 6 * QUARTER_MS).map(utc);

/** At most 4 decimals, as text or number; JSON writes both. */
const amount = fc.oneof(
  fc.integer({ min: 0, max: 5_000_000 }).map((units) => (units / 10_000).toFixed(4)),
  fc.integer({ min: 0, max: 50_000 }).map((cents) => cents / 100),
);
const count = fc.integer({ min: 0, max: 9 });
const quantity = fc.integer({ min: 1, max: 9 });
/** The tests give pounds a rate on some days, and dollars never. */
const currency = fc.constantFrom('EUR', 'EUR', 'EUR', 'EUR', 'GBP', 'USD');
const sequence = fc.integer({ min: 1, max: 6 });
const oneOf = (prefix: string, many: number) => fc.integer({ min: 0, max: many - 1 }).map((n) => `${prefix}-${n}`);

const product = oneOf('p', 4);
const category = fc.constantFrom('shoes', 'hats');
const categoryName = fc.constantFrom('Shoes', 'Footwear', 'Hats');
const customer = oneOf('customer', 3);
const anonymous = oneOf('anonymous', 3);
const session = oneOf('s', 4);
const channel = fc.constantFrom('web', 'app', 'store');
const country = fc.constantFrom('DE', 'FR');
const utm = fc.record(
  {
    source: fc.constantFrom('google', 'newsletter', 'facebook', 'partner'),
    medium: fc.constantFrom('cpc', 'email', 'social', 'affiliate', 'organic'),
    campaign: fc.constantFrom('autumn', 'black friday'),
  },
  { requiredKeys: [] },
);
const referrer = fc.constantFrom(
  'https://www.google.com/search?q=hats',
  'https://www.facebook.com/',
  'https://blog.example/post',
  'https://www.shop.example/sale', // the shop itself
  '',
);

/** Some of the fields; a field that is left out may also be null, which means the same. */
const some = <Fields extends object>(fields: { [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> }) =>
  fc.record(
    Object.fromEntries(
      Object.entries<fc.Arbitrary<unknown>>(fields).map(([name, value]) => [
        name,
        fc.option(value, { nil: null, freq: 9 }),
      ]),
    ),
    { requiredKeys: [] },
  );

interface Body {
  readonly type: string;
  readonly data: Record<string, unknown>;
}
const body = (type: string, ...parts: fc.Arbitrary<object>[]): fc.Arbitrary<Body> =>
  fc.tuple(...parts).map((objects) => ({ type, data: Object.assign({}, ...objects) }));

const line = fc.record(
  {
    product_id: product,
    quantity,
    unit_price: amount,
    discount_amount: amount,
    name: fc.constantFrom('Hat', 'Shoe'),
    category_id: category,
    category_name: categoryName,
  },
  { requiredKeys: ['product_id', 'quantity', 'unit_price'] },
);
const orderFields = some({
  ...{ sequence, customer_id: customer, anonymous_id: anonymous, session_id: session, channel, country, utm },
  ...{ discount_amount: amount, tax_amount: amount, shipping_amount: amount },
});
const order = fc.oneof(
  body(
    'orders.order.status_changed',
    fc.record({ order_id: oneOf('o', 5), status: fc.constant('created'), currency, total_amount: amount }),
    fc.record({ items: fc.array(line, { maxLength: 3 }) }),
    orderFields,
  ),
  body(
    'orders.order.status_changed',
    fc.record({
      order_id: oneOf('o', 5),
      status: fc.constantFrom(
        'confirmed',
        'paid',
        'shipped',
        'delivered',
        'completed',
        'cancelled',
        'cancelled',
        'returned',
      ),
    }),
    some({ items: fc.array(line, { minLength: 1, maxLength: 2 }), currency, total_amount: amount }),
    orderFields,
  ),
);
/** What belongs to an order names it, the same in all its events; some orders have two. */
const withOrder = (name: string) =>
  oneOf(name, 9).map((id) => ({ [`${name}_id`]: id, order_id: `o-${Number(id.split('-')[1]) % 6}` }));
const payment = body(
  'payments.payment.confirmed',
  withOrder('payment'),
  fc.record({ amount, currency }),
  some({ method: fc.constantFrom('card', 'invoice'), sequence }),
);
const shipment = body(
  'shipping.shipment.status_changed',
  withOrder('shipment'),
  fc.record({
    status: fc.constantFrom('created', 'picked', 'handed_over', 'handed_over', 'delivered', 'delivered', 'failed'),
  }),
  some({
    ...{
      sequence,
      carrier: fc.constantFrom('post', 'bikes'),
      estimated_delivery_at: moment,
      warehouse_id: oneOf('w', 2),
    },
    items: fc.array(fc.record({ product_id: product, quantity, picked_quantity: fc.option(count, { nil: null }) }), {
      ...{ minLength: 1, maxLength: 2 },
    }),
  }),
);
const returned = fc
  .tuple(
    withOrder('return'),
    fc.boolean(),
    fc.constantFrom('requested', 'approved', 'rejected', 'received', 'refunded', 'refunded', 'refunded'),
    fc.record({ refund_amount: amount, currency }),
    some({
      ...{ sequence, customer_id: customer, reason: fc.constantFrom('too small', 'broken'), cost_amount: amount },
      items: fc.array(
        fc.record({ product_id: product, quantity, amount }, { requiredKeys: ['product_id', 'quantity'] }),
        {
          ...{ minLength: 1, maxLength: 2 },
        },
      ),
    }),
  )
  .map(([ids, isKnown, status, money, fields]) => ({
    type: 'returns.return.status_changed',
    data: {
      ...{ ...ids, order_id: isKnown ? ids.order_id : null, status, ...fields },
      ...(status === 'refunded' && money),
    },
  }));

const visitor = some({ customer_id: customer, anonymous_id: anonymous, channel, country });
const inSession = fc.record({ session_id: session });
const pageView = body(
  'analytics.page_view',
  inSession,
  fc.record({
    page_url: fc.constantFrom(
      ...['https://shop.example/', 'https://shop.example/sale', 'https://shop.example/p/1'],
      'https://shop.example/?utm_source=newsletter&utm_medium=email&utm_campaign=autumn',
    ),
  }),
  some({ utm, referrer, product_id: product, duration_ms: fc.integer({ min: 0, max: 60_000 }) }),
  visitor,
);
const productView = body(
  'analytics.product_view',
  inSession,
  fc.record({ product_id: product }),
  some({ category_id: category, category_name: categoryName, utm }),
  visitor,
);
const cart = body(
  'analytics.cart_changed',
  inSession,
  fc.record({ product_id: product, action: fc.constantFrom('add', 'add', 'remove'), quantity }),
  visitor,
);
const checkout = body('analytics.checkout_started', inSession, some({ value_amount: amount, currency }), visitor);
const customerUpdated = body(
  'customers.customer.updated',
  fc.record({ customer_id: customer }),
  some({ registered_at: moment, country, anonymous_id: anonymous }),
);
const stock = body(
  'inventory.stock.changed',
  fc.record({ product_id: product, warehouse_id: oneOf('w', 2), on_hand: fc.integer({ min: -2, max: 40 }) }),
  some({
    sequence,
    reserved: count,
    reorder_point: fc.integer({ min: 0, max: 20 }),
    unit_cost: amount,
    currency,
    category_id: category,
  }),
);
const spend = body(
  'marketing.spend.recorded',
  fc.record({ spend_date: moment.map((text) => text.slice(0, 10)), amount, currency }),
  some({
    source: fc.constantFrom('google', 'newsletter'),
    medium: fc.constantFrom('cpc', 'email'),
    campaign: fc.constantFrom('autumn', 'black friday'),
    channel,
    impressions: count,
    clicks: count,
  }),
);

const anyBody = fc.oneof(
  { weight: 6, arbitrary: order },
  { weight: 3, arbitrary: payment },
  { weight: 3, arbitrary: shipment },
  { weight: 3, arbitrary: returned },
  { weight: 3, arbitrary: pageView },
  { weight: 3, arbitrary: productView },
  { weight: 2, arbitrary: cart },
  { weight: 1, arbitrary: checkout },
  { weight: 1, arbitrary: customerUpdated },
  { weight: 2, arbitrary: stock },
  { weight: 1, arbitrary: spend },
);

export interface Stream {
  /** Distinct identities, in no order. */
  readonly events: readonly TestEvent[];
  /** How they arrive: indexes of `events`, some twice, and where a batch or an aggregation ends. */
  readonly arrivals: readonly { readonly index: number; readonly endsBatch: boolean; readonly aggregates: boolean }[];
}

const eventsAt = (time: fc.Arbitrary<string>) =>
  fc.array(fc.record({ body: anyBody, time, source: fc.constantFrom('/shop', '/shop/eu') }), {
    minLength: 1,
    maxLength: 40,
    size: 'max', // by itself fast-check makes 12 at most
  });

/** Events of a small shop as they might arrive: in any order, some twice, orders without their beginning, in several currencies. */
export const streams: fc.Arbitrary<Stream> = fc
  .oneof({ weight: 3, arbitrary: eventsAt(moment) }, { weight: 1, arbitrary: eventsAt(lastMoment) })
  .chain((made) => {
    const events = made.map(({ body: { type, data }, time, source }, index) => ({
      ...{ specversion: '1.0', id: `e-${index}`, source, type, time, data },
    }));
    const all = events.map((_, index) => index);
    return fc
      .tuple(
        fc.shuffledSubarray([...all, ...all.filter((index) => index % 4 === 0)], { minLength: all.length }),
        fc.array(fc.tuple(fc.nat(5), fc.nat(11)), { minLength: 1, maxLength: 12 }),
      )
      .map(([order, ends]) => ({
        events,
        // whatever the shuffle left out comes last
        arrivals: [...order, ...all.filter((index) => !order.includes(index))].map((index, position) => {
          const [batch = 0, aggregation = 0] = ends[position % ends.length] ?? [];
          return { index, endsBatch: batch === 0, aggregates: aggregation === 0 };
        }),
      }));
  });
