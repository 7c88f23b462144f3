import { amount, type CloudEvent, makeEvent } from './cloud-event.ts';
import type { OrderLife } from './order-life.ts';

export function paymentEvents({ orderId, purchase, payment, total }: OrderLife): CloudEvent[] {
  if (!payment) return [];
  const { person } = purchase;
  const paymentId = `PAY-${orderId}`;
  const data = {
    payment_id: paymentId,
    order_id: orderId,
    amount: amount(total),
    currency: person.place.currency,
    method: payment.method,
    provider: payment.provider,
    installments: payment.method === 'klarna' ? 3 : undefined,
    fee_amount: payment.method === 'bank_transfer' ? undefined : amount(25 + Math.round(total * 0.014)),
    sequence: 1,
    customer_id: person.customerId,
    email: person.email,
    ip_address: purchase.sessionId && person.ipAddress,
  };
  return [makeEvent('payments.payment.confirmed', '/shop/payments', paymentId, payment.at, data, { subject: orderId })];
}
