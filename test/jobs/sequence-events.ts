import type { SeenVersion } from '#core/rows.ts';
import type { SimulatedDay, SimulatedType } from '../core/reconcile/simulate-shop.ts';

export interface SequencedEvent extends SeenVersion {
  readonly type: SimulatedType;
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly hour: number;
}

/** Orders have four versions, parcels five, all of one day; stock items go on for all days. */
const kinds = [
  { aggregate: 'order', type: 'orders.order.status_changed', versions: 4 },
  { aggregate: 'shipment', type: 'shipping.shipment.status_changed', versions: 5 },
] as const;
const STOCK_ITEMS = 20;

/** The events of the types that have sequences, each as a version of its aggregate, in order of time. */
export function sequenceEvents(days: readonly SimulatedDay[]): SequencedEvent[] {
  let stocked = 0;
  return days.flatMap(({ day, counts }) => {
    const hoursOf = (type: SimulatedType) => counts[type].flatMap((count, hour) => new Array<number>(count).fill(hour));
    const parcels = kinds.flatMap(({ aggregate, type, versions }) =>
      hoursOf(type).map((hour, index) => ({
        ...{ aggregate, type, day, hour },
        id: `${aggregate} ${day} ${Math.floor(index / versions)}`,
        sequence: (index % versions) + 1,
      })),
    );
    const stock = hoursOf('inventory.stock.changed').map((hour) => {
      const index = stocked++;
      const version = { id: `item ${index % STOCK_ITEMS}`, sequence: Math.floor(index / STOCK_ITEMS) + 1 };
      return { aggregate: 'stock', type: 'inventory.stock.changed', day, hour, ...version } as const;
    });
    return [...parcels, ...stock].sort((a, b) => a.hour - b.hour);
  });
}
