import type { EventData, MaskedEvent } from '../event.ts';
import type { TypeRows } from '../rows.ts';

export function toRows({ data }: MaskedEvent<EventData['analytics.cart_changed v1']>): TypeRows {
  return { facts: [], stage: data.action === 'add' ? 'add_to_cart' : undefined };
}
