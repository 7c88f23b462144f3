import type { EventType } from '#contract/event-types.ts';
import type { SeenVersion } from './rows.ts';

/** The type whose events count an aggregate's versions. */
export const typeOfAggregate: Readonly<Record<SeenVersion['aggregate'], EventType>> = {
  order: 'orders.order.status_changed',
  payment: 'payments.payment.confirmed',
  shipment: 'shipping.shipment.status_changed',
  return: 'returns.return.status_changed',
  stock: 'inventory.stock.changed',
};
