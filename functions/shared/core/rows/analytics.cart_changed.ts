import type { EventData, MaskedEvent } from '../event.ts';
import type { TypeRows } from '../rows.ts';
import { sessionProduct } from '../session-product.ts';

export function toRows(event: MaskedEvent<EventData['analytics.cart_changed v1']>): TypeRows {
  return event.data.action === 'add' ? { facts: [sessionProduct(event, 'cart')], stage: 'add_to_cart' } : { facts: [] };
}
