import { type Product, warehouses } from './catalog.ts';
import { amount, type CloudEvent, DAY, MINUTE, makeEvent } from './cloud-event.ts';
import type { OrderLife } from './order-life.ts';
import type { Random } from './random.ts';
import { warehouseOf } from './shipments.ts';

/** Counts at night: once a week each product, every day the busiest. Stock falls by what is sold and is refilled. */
export function stockEvents(
  run: string,
  products: readonly Product[],
  lives: readonly OrderLife[],
  from: number,
  to: number,
  random: Random,
): CloudEvent[] {
  const sold = new Map<string, number>();
  const key = (warehouse: string, product: string, day: number) => `${warehouse} ${product} ${day}`;
  for (const { purchase } of lives) {
    const day = Math.floor((purchase.at - from) / DAY);
    for (const { product, quantity } of purchase.lines) {
      const at = key(warehouseOf(purchase.person.place.country), product.id, day);
      sold.set(at, (sold.get(at) ?? 0) + quantity);
    }
  }
  const busiest = new Set([...products].sort((a, b) => b.appeal - a.appeal).slice(0, 15));
  const events: CloudEvent[] = [];
  for (const warehouse of warehouses) {
    for (const product of products) {
      const weekday = random.integer(0, 6);
      const reorderPoint = random.integer(4, 12);
      let onHand = reorderPoint + random.integer(0, 40);
      let sequence = 0;
      for (let day = 0; from + day * DAY <= to; day++) {
        onHand -= Math.min(onHand, sold.get(key(warehouse, product.id, day - 1)) ?? 0);
        const counted = day === 0 || day % 7 === weekday || busiest.has(product);
        if (!counted) continue;
        if (onHand <= reorderPoint && random.chance(0.4)) onHand += 40;
        sequence++;
        const data = {
          product_id: product.id,
          warehouse_id: warehouse,
          on_hand: onHand,
          reserved: Math.min(onHand, random.integer(0, 2)),
          reorder_point: reorderPoint,
          sequence,
          unit_cost: amount(product.cost),
          currency: 'EUR',
          sku: product.sku,
          name: product.name,
          category_id: product.categoryId,
        };
        const id = `stock-${run}-${warehouse}-${product.id}-${sequence}`;
        const at = from + day * DAY + random.integer(0, 90) * MINUTE;
        events.push(makeEvent('inventory.stock.changed', '/warehouse/stock', id, at, data));
      }
    }
  }
  return events;
}
