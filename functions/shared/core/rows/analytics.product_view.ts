import type { EventData, MaskedEvent } from '../event.ts';
import type { TypeRows } from '../rows.ts';
import { sessionProduct } from '../session-product.ts';

export function toRows(event: MaskedEvent<EventData['analytics.product_view v1']>): TypeRows {
  return { facts: [sessionProduct(event, 'view')], stage: 'product_view' };
}
