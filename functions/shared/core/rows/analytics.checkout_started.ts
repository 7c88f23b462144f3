import type { EventData, MaskedEvent } from '../event.ts';
import type { TypeRows } from '../rows.ts';

export function toRows({ data }: MaskedEvent<EventData['analytics.checkout_started v1']>): TypeRows {
  return { amount: data.value_amount, facts: [], stage: 'checkout' };
}
