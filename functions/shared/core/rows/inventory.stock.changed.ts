import type { EventData, MaskedEvent } from '../event.ts';
import { joinKey, versioned, versionOf } from '../facts.ts';
import type { TypeRows } from '../rows.ts';

type Stock = EventData['inventory.stock.changed v1'];

export function toRows(event: MaskedEvent<Stock>): TypeRows {
  const { product_id, warehouse_id, sequence, on_hand, reserved, reorder_point, unit_cost, currency } = event.data;
  const { sku, name, category_id } = event.data;
  const id = joinKey(product_id, warehouse_id);
  return {
    facts: [
      {
        table: 'stock',
        key: id,
        earliest: { changed: [event.time] },
        latest: versioned(versionOf(event, sequence), {
          ...{
            product_id,
            warehouse_id,
            on_hand,
            reserved,
            reorder_point,
            unit_cost,
            currency,
            sku,
            name,
            category_id,
          },
        }),
      },
    ],
    seen: sequence === undefined ? undefined : { aggregate: 'stock', id, sequence },
  };
}
