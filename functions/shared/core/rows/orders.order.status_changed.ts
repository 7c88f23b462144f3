import { sumOf, sumOfProducts } from '../decimal.ts';
import type { EventData, MaskedEvent } from '../event.ts';
import { type Entries, momentOf, versioned, versionOf } from '../facts.ts';
import type { TypeRows } from '../rows.ts';

type Order = EventData['orders.order.status_changed v1'];
type Item = NonNullable<Order['items']>[number];

export function toRows(event: MaskedEvent<Order>): TypeRows {
  const { order_id, status, sequence, items, ...fields } = event.data;
  const version = versionOf(event, sequence);
  return {
    amount: fields.total_amount,
    facts: [
      {
        table: 'orders',
        key: order_id,
        earliest: { [status]: [momentOf(event)] },
        latest: { ...attributes(version, status, fields), ...(items && { items: [version, totals(items)] }) },
      },
    ],
    lines: items && { table: 'order_lines', key: order_id, version, lines: items.map(toLine) },
    seen: sequence === undefined ? undefined : { aggregate: 'order', id: order_id, sequence },
  };
}

/** The allow list of what the fact keeps: masked personal fields stay with the event. */
function attributes(version: string, status: string, order: Omit<Order, 'order_id' | 'status'>): Entries {
  return versioned(version, {
    status,
    customer_id: order.customer_id,
    anonymous_id: order.anonymous_id,
    session_id: order.session_id,
    cart_id: order.cart_id,
    channel: order.channel,
    currency: order.currency,
    total_amount: order.total_amount,
    subtotal_amount: order.subtotal_amount,
    discount_amount: order.discount_amount,
    tax_amount: order.tax_amount,
    shipping_amount: order.shipping_amount,
    country: order.country,
    region: order.region,
    utm: order.utm,
    device_type: order.device_type,
  });
}

function totals(items: readonly Item[]) {
  return {
    lines: items.length,
    gross: sumOfProducts(items.map(({ quantity, unit_price }) => [quantity, unit_price])),
    discounts: sumOf(items.map(({ discount_amount }) => discount_amount ?? '0')),
  };
}

function toLine(item: Item, index: number) {
  const { product_id, sku, name, category_id, category_name, quantity, unit_price, discount_amount = '0' } = item;
  const line_number = index + 1;
  return { line_number, product_id, sku, name, category_id, category_name, quantity, unit_price, discount_amount };
}
