import { amount, closed, count, listOf, orNull, type QueryDocumentation, quantity, rate, text } from '../parts.ts';
import { common, page, paged } from '../shared.ts';

const quantityOrNull = { type: ['number', 'null'] };
const sold = {
  unitsPerDay: quantityOrNull,
  daysOfSupply: quantityOrNull,
  sellThrough: orNull(rate),
};

export const documentation: QueryDocumentation = {
  summary: 'What is in stock now, and how long it lasts at the sales of the period',
  description: '`granularity` and `compare` are taken and change nothing. `limit` and `cursor` page `items`.',
  parameters: [...common, ...page],
  data: closed({
    items: listOf(
      closed({
        ...{ productId: text, warehouseId: text, onHand: quantity, reserved: quantityOrNull, ...sold },
        ...{ belowReorderPoint: { type: ['boolean', 'null'] }, stockValue: orNull(amount) },
      }),
      { maxItems: 500 },
    ),
    totals: closed({
      ...{ items: orNull(count), products: orNull(count), onHand: quantityOrNull, reserved: quantityOrNull, ...sold },
      ...{ stockOuts: orNull(count), belowReorderPoint: orNull(count), stockValue: orNull(amount) },
    }),
  }),
  meta: paged,
};
