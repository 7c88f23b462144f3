import {
  amount,
  change,
  closed,
  count,
  listOf,
  orNull,
  type QueryDocumentation,
  quantity,
  text,
  textOrNull,
  zonedInstant,
} from '../parts.ts';
import { common, page, paged } from '../shared.ts';
import { changeOfSpread, spread } from '../spread.ts';

const units = { ...orNull(quantity), description: 'null where no refunded return ever carried items' };
const ratio = { type: ['number', 'null'], description: 'Above 1 where more came back than was ordered in the period' };
const sums = {
  returns: count,
  units,
  refunds: amount,
  handlingCost: { ...orNull(amount), description: 'null where no refunded return ever carried a cost' },
};
const figures = {
  ...sums,
  rates: closed({ orders: ratio, units: ratio, value: ratio }),
  daysToRefund: spread,
};
const returned = {
  units: quantity,
  amount: { ...orNull(amount), description: 'null where none of its lines carries one' },
  rate: ratio,
};

export const documentation: QueryDocumentation = {
  summary: 'Returns refunded in a period, against what was ordered in it',
  description: '`limit` and `cursor` page `products`; all else is the same on every page.',
  parameters: [...common, ...page],
  data: closed(
    {
      ...figures,
      reasons: listOf(closed({ reason: text, returns: count, units, amount }), { maxItems: 1_000 }),
      products: listOf(closed({ productId: text, name: textOrNull, ...returned }), { maxItems: 500 }),
      categories: listOf(closed({ categoryId: textOrNull, ...returned }), { maxItems: 1_000 }),
      series: listOf(closed({ bucket: zonedInstant, ...sums }), { maxItems: 16_000 }),
    },
    {
      previous: closed({ period: closed({ from: zonedInstant, to: zonedInstant }), ...figures }),
      change: closed({
        ...{ returns: change, units: change, refunds: change, handlingCost: change },
        rates: closed({ orders: change, units: change, value: change }),
        daysToRefund: changeOfSpread,
      }),
    },
  ),
  meta: paged,
};
