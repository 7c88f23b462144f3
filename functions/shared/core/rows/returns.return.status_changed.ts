import type { EventData, MaskedEvent } from '../event.ts';
import { type Fact, momentOf, versioned, versionOf } from '../facts.ts';
import type { TypeRows } from '../rows.ts';

type Return = EventData['returns.return.status_changed v1'];
type Item = NonNullable<Return['items']>[number];

export function toRows(event: MaskedEvent<Return>): TypeRows {
  const { return_id, order_id, status, sequence, customer_id, reason, items, refund_amount, cost_amount, currency } =
    event.data;
  const version = versionOf(event, sequence);
  const fact: Fact = {
    table: 'returns',
    key: return_id,
    earliest: { [status]: [momentOf(event)] },
    latest: {
      ...versioned(version, { order_id, status, customer_id, reason, refund_amount, cost_amount, currency }),
      ...(items && { items: [version, { lines: items.length }] }),
    },
  };
  return {
    amount: refund_amount,
    // The order's row is what an order and its returns lock, so that they see each other.
    facts: order_id === null ? [fact] : [fact, { table: 'orders', key: order_id, earliest: {}, latest: {} }],
    lines: items && { table: 'return_lines', key: return_id, version, lines: items.map(toLine) },
    seen: sequence === undefined ? undefined : { aggregate: 'return', id: return_id, sequence },
  };
}

function toLine({ product_id, quantity, amount }: Item, index: number) {
  return { line_number: index + 1, product_id, quantity, amount };
}
