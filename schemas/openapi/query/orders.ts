import { change, closed, count, listOf, orNull, type QueryDocumentation, rate, text, zonedInstant } from '../parts.ts';
import { common } from '../shared.ts';
import { changeOfSpread, spread } from '../spread.ts';

const fulfilment = {
  createdToPaidHours: spread,
  createdToHandedOverHours: spread,
  createdToDeliveredHours: spread,
  onTimeRate: { ...orNull(rate), description: 'Of the orders delivered for which a time was promised' },
  overdue: { ...orNull(count), description: 'Not delivered nor cancelled, and promised for earlier' },
};
const figures = {
  placed: count,
  cancellationRate: orNull(rate),
  fulfilment: closed({
    ...fulfilment,
    pickingAccuracy: { ...orNull(rate), description: 'Lines of parcels of which exactly the quantity was picked' },
  }),
};
const moved = { ...orNull(count), description: 'Of the orders created in the bucket, by now' };

export const documentation: QueryDocumentation = {
  summary: 'Orders created in a period, what became of them, and how fast',
  parameters: common,
  data: closed(
    {
      ...figures,
      statusDistribution: listOf(closed({ status: text, orders: count, share: rate })),
      byCarrier: orNull(listOf(closed({ carrier: text, orders: count, ...fulfilment }), { maxItems: 500 })),
      series: listOf(
        closed({
          bucket: zonedInstant,
          placed: count,
          cancelled: count,
          paid: moved,
          handedOver: moved,
          delivered: moved,
        }),
        { maxItems: 16_000 },
      ),
    },
    {
      previous: closed({ period: closed({ from: zonedInstant, to: zonedInstant }), ...figures }),
      change: closed({
        placed: change,
        cancellationRate: change,
        fulfilment: closed({
          createdToPaidHours: changeOfSpread,
          createdToHandedOverHours: changeOfSpread,
          createdToDeliveredHours: changeOfSpread,
          onTimeRate: change,
          overdue: change,
          pickingAccuracy: change,
        }),
      }),
    },
  ),
};
