import type { MaskedEvent } from '../event.ts';
import { type Fact, versioned, versionOf } from '../facts.ts';
import type { TypeRows } from '../rows.ts';

interface Item {
  readonly product_id: string;
  readonly quantity: string;
  readonly amount?: string;
}

interface Return {
  readonly return_id: string;
  /** Null when the original order is unknown. */
  readonly order_id: string | null;
  readonly status: string;
  readonly sequence?: number;
  readonly customer_id?: string;
  readonly reason?: string;
  readonly items?: readonly Item[];
  readonly refund_amount?: string;
  readonly cost_amount?: string;
  readonly currency?: string;
}

export function toRows(event: MaskedEvent<Return>): TypeRows {
  const { return_id, order_id, status, sequence, customer_id, reason, items, refund_amount, cost_amount, currency } =
    event.data;
  const version = versionOf(event, sequence);
  const fact: Fact = {
    table: 'returns',
    key: return_id,
    earliest: { [status]: [event.time] },
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
