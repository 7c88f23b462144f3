import { amount, type CloudEvent, makeEvent } from './cloud-event.ts';
import type { OrderLife } from './order-life.ts';
import type { Random } from './random.ts';

const hex = (random: Random, digits: number) =>
  Array.from({ length: digits }, () => random.integer(0, 15).toString(16)).join('');

/** What the order says once, when it is created. */
function describeOrder({ purchase, ...life }: OrderLife): Record<string, unknown> {
  const { person, lines } = purchase;
  const { country, region, city } = person.place;
  return {
    cart_id: purchase.cartId,
    session_id: purchase.sessionId,
    anonymous_id: purchase.sessionId && person.anonymousId,
    total_amount: amount(life.total),
    subtotal_amount: amount(life.subtotal),
    discount_amount: amount(life.discount),
    tax_amount: amount(life.tax),
    shipping_amount: amount(life.shipping),
    items: lines.map(({ product, quantity, discount }) => ({
      product_id: product.id,
      quantity,
      unit_price: amount(product.price),
      sku: product.sku,
      name: product.name,
      category_id: product.categoryId,
      category_name: product.categoryName,
      ...(discount > 0 ? { discount_amount: amount(discount) } : {}),
    })),
    country,
    region,
    utm: purchase.utm,
    device_type: purchase.sessionId && person.deviceType,
    customer_name: person.name,
    email: person.email,
    phone: person.phone,
    ip_address: person.ipAddress,
    user_agent: purchase.sessionId && person.userAgent,
    shipping_address: { line1: 'Musterweg 1', city, postal_code: '00000', region, country },
  };
}

/** One event per status; one in two hundred of those between was lost on the way, which the sequence numbers show. */
export function orderEvents(life: OrderLife, random: Random): CloudEvent[] {
  const { orderId, purchase, steps } = life;
  const trace = hex(random, 32);
  return steps.flatMap(({ status, at }, index) => {
    if (status === 'confirmed' && random.chance(0.02)) return [];
    const data = {
      order_id: orderId,
      status,
      previous_status: steps[index - 1]?.status,
      sequence: index + 1,
      customer_id: purchase.person.customerId,
      channel: purchase.channel,
      currency: purchase.person.place.currency,
      ...(status === 'created' ? describeOrder(life) : {}),
    };
    const traceparent = `00-${trace}-${hex(random, 16)}-01`;
    return [
      makeEvent('orders.order.status_changed', '/shop/orders', `${orderId}-${status}`, at, data, {
        subject: orderId,
        traceparent,
      }),
    ];
  });
}
