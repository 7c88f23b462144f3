import fc from 'fast-check';
import type { Sql } from 'postgres';

/** A shop as facts: what the database is filled with, and what the oracle adds up in plain code. Amounts in 1/10000. */
export interface Order {
  readonly id: string;
  /** Null: only later statuses arrived. */
  readonly createdAt: number | null;
  readonly cancelledAt: number | null;
  /** Whether the current status is cancelled. */
  readonly cancelled: boolean;
  readonly currency: string;
  readonly channel: string | null;
  readonly country: string | null;
  readonly customer: string | null;
  readonly session: string | null;
  readonly lines: readonly {
    readonly product: string;
    readonly quantity: number;
    readonly price: number;
    readonly discount: number;
  }[];
  readonly totalAmount: number;
  readonly discount: number;
  readonly tax: number;
  readonly shipping: number;
}

export interface Payment {
  readonly id: string;
  readonly order: string;
  readonly paidAt: number;
  readonly amount: number;
  readonly currency: string;
  readonly method: string | null;
}

export interface Refund {
  readonly id: string;
  readonly order: string | null;
  readonly refundedAt: number;
  readonly amount: number;
  readonly currency: string;
}

export interface Session {
  readonly id: string;
  readonly startedAt: number;
}

export interface Shop {
  readonly orders: readonly Order[];
  readonly payments: readonly Payment[];
  readonly refunds: readonly Refund[];
  readonly sessions: readonly Session[];
}

export const SHOP_FROM = Date.parse('2026-10-22T00:00:00Z');
export const SHOP_TO = Date.parse('2026-10-29T00:00:00Z');

/** Around the change of the clock; half of all on a quarter of an hour, so that edges are met. */
const instant = fc.oneof(
  fc.integer({ min: 0, max: (SHOP_TO - SHOP_FROM) / 900_000 - 1 }).map((quarter) => SHOP_FROM + quarter * 900_000),
  fc.integer({ min: SHOP_FROM, max: SHOP_TO - 1 }),
);
const amount = fc.integer({ min: 0, max: 5_000_000 });
/** GBP has no rate on every day, USD never. */
const currency = fc.constantFrom('EUR', 'EUR', 'EUR', 'GBP', 'USD');
const orNull = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null, freq: 4 });
const orderId = fc.integer({ min: 0, max: 14 }).map((number) => `order-${number}`);

const order = fc.record({
  createdAt: fc.option(instant, { nil: null, freq: 8 }),
  cancelledAt: orNull(instant),
  cancelled: fc.boolean(),
  currency,
  channel: orNull(fc.constantFrom('web', 'app', 'store')),
  country: orNull(fc.constantFrom('DE', 'FR')),
  customer: orNull(fc.constantFrom('anna', 'ben', 'cleo')),
  session: orNull(fc.constantFrom('s-0', 's-1', 's-2', 's-3')),
  lines: fc.array(
    fc.record({
      product: fc.constantFrom('p-1', 'p-2', 'p-3'),
      quantity: fc.integer({ min: 1, max: 9 }),
      price: amount,
      discount: fc.integer({ min: 0, max: 9_999 }),
    }),
    { maxLength: 3 },
  ),
  ...{ totalAmount: amount, discount: fc.integer({ min: 0, max: 20_000 }), tax: amount, shipping: amount },
});

const numbered = <Value>(name: string, items: readonly Value[]) =>
  items.map((item, index) => ({ id: `${name}-${index}`, ...item }));

export const shops: fc.Arbitrary<Shop> = fc.record({
  orders: fc.array(order, { maxLength: 12 }).map((orders) =>
    numbered(
      'order',
      orders.map((o) => ({ ...o, cancelledAt: o.cancelled ? (o.cancelledAt ?? SHOP_FROM) : null })),
    ),
  ),
  payments: fc
    .array(
      fc.record({
        order: orderId,
        paidAt: instant,
        amount,
        currency,
        method: orNull(fc.constantFrom('card', 'invoice')),
      }),
      { maxLength: 8 },
    )
    .map((payments) => numbered('payment', payments)),
  refunds: fc
    .array(fc.record({ order: orNull(orderId), refundedAt: instant, amount, currency }), { maxLength: 8 })
    .map((refunds) => numbered('return', refunds)),
  sessions: fc
    .array(instant, { maxLength: 4 })
    .map((starts) => starts.map((startedAt, index) => ({ id: `s-${index}`, startedAt }))),
});

const decimal = (value: number) => (value / 10_000).toFixed(4);
const entry = (value: unknown, at = 0) => [new Date(at).toISOString(), value];
const entries = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[name, entry(value)]])));
const times = (values: Record<string, number | null>) =>
  Object.fromEntries(Object.entries(values).flatMap(([name, at]) => (at === null ? [] : [[name, entry(1, at)]])));

export const orderGross = ({ lines, totalAmount }: Order) =>
  lines.length > 0 ? lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0) : totalAmount;

/** Replaces all facts by those of the shop. */
export async function storeShop(sql: Sql, shop: Shop): Promise<void> {
  const orders = shop.orders.map((o) => ({
    order_id: o.id,
    earliest: times({ created: o.createdAt, cancelled: o.cancelledAt }),
    latest: entries({
      status: o.cancelled ? 'cancelled' : 'shipped',
      ...{
        currency: o.currency,
        channel: o.channel,
        country: o.country,
        customer_id: o.customer,
        session_id: o.session,
      },
      total_amount: decimal(o.totalAmount),
      discount_amount: decimal(o.discount),
      tax_amount: decimal(o.tax),
      shipping_amount: decimal(o.shipping),
      items: {
        lines: o.lines.length,
        gross: decimal(orderGross(o)),
        discounts: decimal(o.lines.reduce((sum, line) => sum + line.discount, 0)),
      },
    }),
  }));
  const lines = shop.orders.flatMap((o) =>
    o.lines.map((line, index) => ({
      ...{ order_id: o.id, line_number: index + 1, product_id: line.product, name: `${line.product} of ${o.id}` },
      ...{ quantity: line.quantity, unit_price: decimal(line.price), discount_amount: decimal(line.discount) },
    })),
  );
  const payments = shop.payments.map((p) => ({
    payment_id: p.id,
    earliest: times({ confirmed: p.paidAt }),
    latest: entries({ order_id: p.order, amount: decimal(p.amount), currency: p.currency, method: p.method }),
  }));
  const returns = shop.refunds.map((r) => ({
    return_id: r.id,
    earliest: times({ refunded: r.refundedAt }),
    latest: entries({ order_id: r.order, status: 'refunded', refund_amount: decimal(r.amount), currency: r.currency }),
  }));
  const sessions = shop.sessions.map((s) => ({
    session_id: s.id,
    earliest: times({ event: s.startedAt }),
    latest: {},
  }));
  await sql.begin(async (tx) => {
    await tx`truncate orders, order_lines, payments, returns, sessions, hourly_metrics, daily_metrics, revenue_by_source, dirty_windows`;
    await tx`insert into orders (order_id, earliest, latest)
      select order_id, earliest, latest from json_to_recordset(${JSON.stringify(orders)}::text::json) as o (order_id text, earliest jsonb, latest jsonb)`;
    await tx`insert into order_lines (order_id, line_number, product_id, name, quantity, unit_price, discount_amount)
      select * from json_to_recordset(${JSON.stringify(lines)}::text::json) as l
        (order_id text, line_number int, product_id text, name text, quantity numeric, unit_price numeric, discount_amount numeric)`;
    await tx`insert into payments (payment_id, earliest, latest)
      select * from json_to_recordset(${JSON.stringify(payments)}::text::json) as p (payment_id text, earliest jsonb, latest jsonb)`;
    await tx`insert into returns (return_id, earliest, latest)
      select * from json_to_recordset(${JSON.stringify(returns)}::text::json) as r (return_id text, earliest jsonb, latest jsonb)`;
    await tx`insert into sessions (session_id, earliest, latest)
      select * from json_to_recordset(${JSON.stringify(sessions)}::text::json) as s (session_id text, earliest jsonb, latest jsonb)`;
  });
}
