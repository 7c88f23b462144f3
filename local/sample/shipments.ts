import { warehouses } from './catalog.ts';
import { amount, type CloudEvent, makeEvent } from './cloud-event.ts';
import type { OrderLife } from './order-life.ts';
import type { Random } from './random.ts';

/** The warehouse that serves a country. */
export const warehouseOf = (country: string) => warehouses[country === 'FR' || country === 'IT' ? 1 : 0];

/** A parcel's way; in one of seventy lines the picker finds one piece too few. */
export function shipmentEvents({ orderId, purchase, parcel }: OrderLife, random: Random): CloudEvent[] {
  if (!parcel) return [];
  const shipmentId = `SH-${orderId}`;
  const { country } = purchase.person.place;
  const trackingNumber = `00${random.integer(10_000_000, 99_999_999)}`;
  const cost = random.integer(310, 520);
  const picked = purchase.lines.map(({ quantity }) => (random.chance(0.985) ? quantity : quantity - 1));
  return parcel.steps.map(({ status, at }, index) => {
    const items = purchase.lines.map(({ product, quantity }, line) => ({
      product_id: product.id,
      quantity,
      ...(status === 'picked' ? { picked_quantity: picked[line] } : {}),
    }));
    const data = {
      shipment_id: shipmentId,
      order_id: orderId,
      status,
      sequence: index + 1,
      carrier: parcel.carrier,
      service: 'standard',
      warehouse_id: warehouseOf(country),
      tracking_number: index >= 3 ? trackingNumber : undefined,
      estimated_delivery_at: index === 0 ? new Date(parcel.dueAt).toISOString() : undefined,
      cost_amount: status === 'handed_over' ? amount(cost) : undefined,
      currency: status === 'handed_over' ? 'EUR' : undefined,
      items: status === 'created' || status === 'picked' ? items : undefined,
    };
    return makeEvent('shipping.shipment.status_changed', '/shop/shipping', `${shipmentId}-${status}`, at, data, {
      subject: shipmentId,
    });
  });
}
