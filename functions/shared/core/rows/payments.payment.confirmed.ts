import type { EventData, MaskedEvent } from '../event.ts';
import { momentOf, versioned, versionOf } from '../facts.ts';
import type { TypeRows } from '../rows.ts';

type Payment = EventData['payments.payment.confirmed v1'];

export function toRows(event: MaskedEvent<Payment>): TypeRows {
  const { payment_id, order_id, sequence, amount, currency, method, provider, installments, fee_amount, customer_id } =
    event.data;
  return {
    amount,
    facts: [
      {
        table: 'payments',
        key: payment_id,
        earliest: { confirmed: [momentOf(event)] },
        latest: versioned(versionOf(event, sequence), {
          ...{ order_id, amount, currency, method, provider, installments, fee_amount, customer_id },
        }),
      },
      // The order's first payment; its row is also what an order and its payments lock, so that they see each other.
      { table: 'orders', key: order_id, earliest: { payment: [momentOf(event)] }, latest: {} },
    ],
    seen: sequence === undefined ? undefined : { aggregate: 'payment', id: payment_id, sequence },
  };
}
