import type { EventData, MaskedEvent } from '../event.ts';
import { versioned, versionOf } from '../facts.ts';
import type { TypeRows } from '../rows.ts';

type Customer = EventData['customers.customer.updated v1'];

export function toRows(event: MaskedEvent<Customer>): TypeRows {
  const { customer_id, registered_at, anonymous_id, country, marketing_opt_in } = event.data;
  return {
    facts: [
      {
        table: 'customers',
        key: customer_id,
        earliest: { updated: [event.time] },
        latest: versioned(versionOf(event, 0), { registered_at, anonymous_id, country, marketing_opt_in }),
      },
    ],
  };
}
