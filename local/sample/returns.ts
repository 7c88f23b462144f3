import { amount, type CloudEvent, makeEvent } from './cloud-event.ts';
import type { OrderLife } from './order-life.ts';

export function returnEvents({ orderId, purchase, comeback, subtotal, discount }: OrderLife): CloudEvent[] {
  if (!comeback) return [];
  const returnId = `RET-${orderId}`;
  // The order's own discount is taken off what goes back in proportion.
  const refundOf = ({ product, quantity, discount: off }: (typeof comeback.lines)[number]) =>
    Math.round((product.price * quantity - off) * (1 - discount / subtotal));
  const refund = comeback.lines.reduce((sum, line) => sum + refundOf(line), 0);
  return comeback.steps.map(({ status, at }, index) => {
    const data = {
      return_id: returnId,
      order_id: orderId,
      status,
      sequence: index + 1,
      customer_id: purchase.person.customerId,
      reason: comeback.reason,
      items: comeback.lines.map((line) => ({
        product_id: line.product.id,
        quantity: line.quantity,
        amount: amount(refundOf(line)),
      })),
      currency: purchase.person.place.currency,
      ...(status === 'refunded' ? { refund_amount: amount(refund), cost_amount: '3.90' } : {}),
    };
    return makeEvent('returns.return.status_changed', '/shop/returns', `${returnId}-${status}`, at, data, {
      subject: returnId,
    });
  });
}
