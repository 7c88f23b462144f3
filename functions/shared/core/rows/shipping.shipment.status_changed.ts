import type { EventData, MaskedEvent } from '../event.ts';
import { momentOf, versioned, versionOf } from '../facts.ts';
import type { TypeRows } from '../rows.ts';

type Shipment = EventData['shipping.shipment.status_changed v1'];
type Item = NonNullable<Shipment['items']>[number];

export function toRows(event: MaskedEvent<Shipment>): TypeRows {
  const { shipment_id, order_id, status, sequence, items, cost_amount } = event.data;
  const { carrier, service, warehouse_id, estimated_delivery_at, currency } = event.data;
  const version = versionOf(event, sequence);
  return {
    amount: cost_amount,
    facts: [
      {
        table: 'shipments',
        key: shipment_id,
        earliest: { [status]: [momentOf(event)] },
        latest: {
          ...versioned(version, {
            ...{ order_id, status, carrier, service, warehouse_id, estimated_delivery_at, cost_amount, currency },
          }),
          ...(items && { items: [version, { lines: items.length }] }),
        },
      },
      // The order's earliest shipment statuses, which fulfilment is measured by.
      { table: 'orders', key: order_id, earliest: { [`shipment_${status}`]: [momentOf(event)] }, latest: {} },
    ],
    lines: items && { table: 'shipment_lines', key: shipment_id, version, lines: items.map(toLine) },
    seen: sequence === undefined ? undefined : { aggregate: 'shipment', id: shipment_id, sequence },
  };
}

function toLine({ product_id, quantity, picked_quantity }: Item, index: number) {
  return { line_number: index + 1, product_id, quantity, picked_quantity };
}
