import { expect, it } from 'vitest';
import type { EventType } from '#contract/event-types.ts';
import type { FieldPlan, FieldPlans } from '#core/mask-plan.ts';
import { eventSchemas } from '#core/validators.ts';

const person = ['ip_address', 'user_agent'];
/** The fields that the contract (§1) marks P, written down apart from the schemas: an annotation that goes missing is a leak. */
const personal: Record<EventType, readonly string[]> = {
  'orders.order.status_changed': [
    ...['customer_name', 'email', 'phone', ...person],
    ...['shipping_address.line1', 'shipping_address.line2', 'shipping_address.postal_code'],
    ...['utm.source', 'utm.medium', 'utm.campaign', 'utm.term', 'utm.content'],
  ],
  'payments.payment.confirmed': ['email', 'ip_address'],
  'shipping.shipment.status_changed': ['tracking_number'],
  'analytics.page_view': [
    ...['page_url', 'referrer', 'search_term', ...person],
    ...['utm.source', 'utm.medium', 'utm.campaign', 'utm.term', 'utm.content'],
  ],
  'analytics.product_view': [...person, 'utm.source', 'utm.medium', 'utm.campaign', 'utm.term', 'utm.content'],
  'analytics.cart_changed': person,
  'analytics.checkout_started': person,
  'customers.customer.updated': ['email', 'customer_name', 'phone', 'birth_date', ...person],
  'returns.return.status_changed': [],
  'inventory.stock.changed': [],
  'marketing.spend.recorded': [],
  'analytics.reconciliation.reported': [],
};

function maskedFields(plans: FieldPlans, prefix = ''): string[] {
  return Object.entries<FieldPlan>(plans).flatMap(([name, plan]) => [
    ...(plan.personal ? [prefix + name] : []),
    ...maskedFields(plan.fields ?? plan.items?.fields ?? {}, `${prefix}${name}.`),
  ]);
}

it.each(Object.entries(personal))('%s has exactly the personal fields of the contract masked', (type, fields) => {
  expect(maskedFields(eventSchemas.get(`${type} v1`)!.plan).sort()).toEqual([...fields].sort());
});
